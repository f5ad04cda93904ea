/**
 * SQL for how many fields of a row of `scenes` were left as edited in Plex. It counts texts, since an index takes no
 * subquery; the index `scenes_left` has this very expression, and no other one finds it.
 */
export const LEFT_FIELDS = `length(left_alone) - length(replace(replace(replace(left_alone,
  '"edited_in_plex"', '"edited_in_ple"'), '"rated_in_plex"', '"rated_in_ple"'), '"removed_in_plex"', '"removed_in_ple"'))`;
