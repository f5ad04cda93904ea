import type { ServerState } from './call.ts';
import { collectionsIn } from './collections.ts';
import { addSmartCollection } from './library/collections.ts';
import { fieldOf, galleryOf, offerImage, selectImage, sha1Of, uploadImage } from './library/images.ts';
import type { ImageKind, Item, Section } from './library/item.ts';

/** A collection as a test looks at it; `items` are `ratingKey`s. */
export type CollectionState = { ratingKey: string; title: string; smart: boolean; items: string[] };

/** What others than the client under test do with the images and collections of a server. */
export type OtherHands = {
  /** Acts as an agent: adds an image by its key (`metadata://…`, `http…`) and shows it where the field is unlocked. */
  offerPicture(ratingKey: string, kind: ImageKind, key: string): void;
  /** Acts as a person in Plex: uploads an image, which selects and locks it. Returns its key. */
  uploadByHand(ratingKey: string, kind: ImageKind, bytes: Buffer): string;
  /** Acts as a person in Plex: selects an image that the item has, and locks it. */
  selectByHand(ratingKey: string, kind: ImageKind, key: string): void;
  /** The bytes of an upload to any item, by its key. */
  pictureBytes(key: string): Buffer | undefined;
  /** Adds a collection that is a filter: all items of a studio. */
  addSmartCollection(sectionKey: string, title: string, studio: string): void;
  /** All collections of a section, by title; a plain one without items is gone. */
  collections(sectionKey: string): CollectionState[];
};

export function createOtherHands(state: ServerState): OtherHands {
  const { library } = state;

  function mustHaveSection(key: string): Section {
    const section = library.sections.get(key);
    if (!section) throw new Error(`the simulated Plex has no section ${key}`);
    return section;
  }

  function select(item: Item, kind: ImageKind, ratingKey: string): void {
    if (!selectImage(item, kind, { ratingKey, now: library.nowSeconds() })) {
      throw new Error(`item ${item.ratingKey} of the simulated Plex has no image ${ratingKey}`);
    }
    item.locked.add(fieldOf(kind));
    library.touch(item);
  }

  return {
    offerPicture(ratingKey, kind, key) {
      const item = library.mustHave(ratingKey);
      offerImage(item, kind, { ratingKey: key, isShown: true, now: library.nowSeconds() });
      library.touch(item);
    },
    uploadByHand(ratingKey, kind, bytes) {
      const item = library.mustHave(ratingKey);
      const sha1 = sha1Of(bytes);
      state.images.set(sha1, bytes);
      uploadImage(item, kind, { sha1, now: library.nowSeconds() });
      const key = galleryOf(item, kind).images.find((image) => image.ratingKey.endsWith(`/${sha1}`))?.ratingKey ?? '';
      select(item, kind, key);
      return key;
    },
    selectByHand: (ratingKey, kind, key) => select(library.mustHave(ratingKey), kind, key),
    pictureBytes: (key) => state.images.get(key.slice(key.lastIndexOf('/') + 1)),
    addSmartCollection(sectionKey, title, studio) {
      const filter: [string, string][] = [
        ['type', '1'],
        ['studio=', studio],
      ];
      addSmartCollection(mustHaveSection(sectionKey), { title, filter });
    },
    collections: (sectionKey) =>
      collectionsIn(state, mustHaveSection(sectionKey)).map(({ ratingKey, title, smart, items }) => ({
        ratingKey,
        title,
        smart,
        items: items.map((item) => item.ratingKey),
      })),
  };
}
