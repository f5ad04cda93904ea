/** A value that is made when it is first asked for. A schema takes its time to make, and most runs use few of them. */
export function madeOnce<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
