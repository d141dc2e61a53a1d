// One thing of a collection, as its page works with it.
import { useLocation, useRoute } from 'preact-iso';
import { get, id, type Json } from '../api';
import { useData } from './page';

/** The thing that the address names: where the API has it, what it is, and the way back to `back`. */
export function useOne(collection: string, back: string) {
  const { params } = useRoute();
  const { route } = useLocation();
  const path = `${collection}/${id(params.id)}`;
  return { path, data: useData<Json>(() => get(path), [path]), leave: () => route(back) };
}
