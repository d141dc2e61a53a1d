// One item of a collection, for its page.
import { useLocation, useRoute } from 'preact-iso';
import { get, id, type Json } from '../api';
import { useData } from './page';

/** The item that the address names: its path in the API, its data, and a function that goes to `back`. */
export function useOne(collection: string, back: string) {
  const { params } = useRoute();
  const { route } = useLocation();
  const path = `${collection}/${id(params.id)}`;
  return { path, data: useData<Json>(() => get(path), [path]), leave: () => route(back) };
}
