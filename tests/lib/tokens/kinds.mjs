export const kinds = [];
export const kindOf = (said) => kinds.find((kind) => kind.holds(said))?.id;
