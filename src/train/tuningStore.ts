/** Stores what was measured on devices: the fastest way by key, see {@link Measurement}. */
export interface TuningStore {
  /** If this fails, nothing counts as measured. @param device fingerprint of the device and its driver */
  load(device: string): Promise<Readonly<Record<string, string>> | undefined>;
  save(device: string, table: Readonly<Record<string, string>>): Promise<void>;
}

/** IndexedDB in a browser, a file in the user's cache folder in Node; elsewhere undefined. */
export function platformTuningStore(): TuningStore | undefined {
  if (typeof indexedDB !== "undefined") return databaseStore();
  const folder = cacheFolder();
  return folder === undefined ? undefined : fileTuningStore(`${folder}/wgrad/tuning.json`);
}

/** A store in a JSON file, for Node. A file that cannot be read counts as empty; one that cannot be written stays as it is. */
export function fileTuningStore(path: string): TuningStore {
  const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = process.getBuiltinModule("node:fs");
  const read = (): Record<string, unknown> => {
    try {
      const tables: unknown = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
      return isObject(tables) ? tables : {};
    } catch {
      return {};
    }
  };
  return {
    async load(device) {
      const table = read()[device];
      return isObject(table) ? (table as Record<string, string>) : undefined;
    },
    async save(device, table) {
      try {
        mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
        // Written beside it and renamed: another process may save at the same time.
        const beside = `${path}.${process.pid}.new`;
        writeFileSync(beside, JSON.stringify({ ...read(), [device]: table }, null, 1));
        renameSync(beside, path);
      } catch {
        // In a read-only folder nothing is stored: everything is measured again next time.
      }
    },
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function cacheFolder(): string | undefined {
  if (typeof process === "undefined" || !process.getBuiltinModule) return undefined;
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA } = process.env;
  // Empty ones count as unset: https://specifications.freedesktop.org/basedir-spec/latest/
  return XDG_CACHE_HOME || LOCALAPPDATA || (HOME ? `${HOME}/.cache` : undefined);
}

const OBJECTS = "tuning";

function databaseStore(): TuningStore {
  const settled = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const open = () => {
    const request = indexedDB.open("wgrad", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(OBJECTS);
    return settled(request);
  };
  const use = async <T>(mode: IDBTransactionMode, ask: (objects: IDBObjectStore) => IDBRequest<T>) => {
    const database = await open();
    try {
      return await settled(ask(database.transaction(OBJECTS, mode).objectStore(OBJECTS)));
    } finally {
      database.close();
    }
  };
  return {
    // Private windows may refuse the database: then everything is measured again.
    load: (device) => use("readonly", (objects) => objects.get(device)).catch(() => undefined),
    async save(device, table) {
      await use("readwrite", (objects) => objects.put({ ...table }, device)).catch(() => undefined);
    },
  };
}
