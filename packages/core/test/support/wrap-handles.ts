// The real module, with each handle on a compiled policy changed as a test needs it.

import type { CoreModule, Handle } from "../../src/engine/module.js";
import { core } from "../../src/entry/core.js";

export function withHandles(change: (handle: Handle) => Handle): CoreModule {
  return {
    ...core,
    compile(...args) {
      const compilation = core.compile(...args);
      const take = compilation.takeHandle.bind(compilation);
      compilation.takeHandle = () => {
        const handle = take();
        return handle && change(handle);
      };
      return compilation;
    },
  };
}
