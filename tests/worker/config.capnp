# A Worker whose Images binding and whose fetch() both end at the example server. run.sh names the
# address of "images" and "pictures", and takes a free port for "http".
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "images", external = (address = "127.0.0.1:1", http = ())),
    (name = "pictures", external = (address = "127.0.0.1:1", http = (cfBlobHeader = "CF-Blob"))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  compatibilityDate = "2026-04-01",
  globalOutbound = "pictures",
  bindings = [
    (name = "IMAGES", wrapped = (
      moduleName = "cloudflare-internal:images-api",
      innerBindings = [(name = "fetcher", service = "images")],
    )),
  ],
);
