import type { OtherFile } from '../../core/model/scene-record.ts';
import type { OtherItemDocument } from '../../documents/other-item.ts';

/** The document of an item that holds another file of a scene; none where no other item does. */
export function otherItemDocuments({ path, item }: OtherFile): readonly OtherItemDocument[] {
  if (item === undefined) return [];
  return [{ path, rating_key: item.ratingKey, title: item.title, library: item.library }];
}
