import type { PlexPictures } from '../core/drain/ports/pictures.ts';
import type { PictureField } from '../core/model/picture.ts';
import type { Sentence } from '../core/text/sentence.ts';
import { say } from '../core/text/sentence.ts';
import { isPage, ofProxy, parsed } from './answers.ts';
import { encode } from './edit-url.ts';
import { toPictures } from './schemas.ts';
import type { Asked } from './translate.ts';
import type { SendToPlex } from './transport.ts';

/** The paths of Plex for one kind of picture: where all are listed and uploaded, and where one is chosen. */
const PATHS: Readonly<Record<PictureField, { readonly all: string; readonly one: string; readonly word: Sentence }>> = {
  thumb: { all: 'posters', one: 'poster', word: say`poster` },
  art: { all: 'arts', one: 'art', word: say`background` },
};

/** The pictures of Plex's items (plex-api.md 6). */
export function createPlexPictures(send: SendToPlex, authorised: Readonly<Record<string, string>>): PlexPictures {
  /** Plex may answer anything to a change that it made, but no page. */
  const change = async (request: Parameters<SendToPlex>[0]): Promise<void> => {
    const { body, contentType } = await send({ ...request, headers: { ...authorised, ...request.headers } });
    if (body !== '' && isPage(contentType)) throw ofProxy(request);
  };

  return {
    pictures: async (ratingKey, field) => {
      const { all, word } = PATHS[field];
      const asked: Asked = { what: say`listing the ${word}s`, request: 'plex GET pictures' };
      const target = `/library/metadata/${encode(ratingKey)}/${all}`;
      const answer = await send({ method: 'GET', target, ...asked, headers: authorised });
      return parsed(answer, toPictures, asked);
    },

    uploadPicture: async (ratingKey, field, { bytes, contentType }) => {
      const { all, word } = PATHS[field];
      await change({
        ...{ method: 'POST', target: `/library/metadata/${encode(ratingKey)}/${all}` },
        ...{ what: say`uploading the ${word}`, request: 'plex POST picture' },
        ...{ headers: { 'Content-Type': contentType }, body: bytes },
      });
    },

    selectPicture: async (ratingKey, field, key) => {
      const { one, word } = PATHS[field];
      const target = `/library/metadata/${encode(ratingKey)}/${one}`;
      if (key === null) {
        const what = say`taking away the ${word}`;
        await change({ method: 'DELETE', target, what, request: 'plex DELETE picture' });
        return;
      }
      const what = say`choosing the ${word}`;
      await change({ method: 'PUT', target: `${target}?url=${encode(key)}`, what, request: 'plex PUT picture' });
    },
  };
}
