//! What can be typed. Help texts are written for somebody who has never seen the program.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use safelight::delivery::Hints;
use safelight::Limits;

/// Make pictures smaller: resize, crop, convert, and sign the URLs that do it.
#[derive(Debug, Parser)]
#[command(name = "safelight", arg_required_else_help = true, disable_version_flag = true)]
#[command(after_help = "Examples:
  safelight render width=800,format=webp photo.jpg photo.webp
  safelight render w=400,h=400,fit=cover,q=70 *.jpg thumbs/
  safelight probe photo.jpg
  safelight serve --root pictures

Exit code: 0 success, 1 a picture or a check failed, 2 wrong usage.")]
pub(crate) struct Cli {
    /// Print the version and which codecs run with SIMD
    #[arg(short = 'V', long)]
    pub version: bool,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Render(RenderArgs),
    Probe(ProbeArgs),
    Explain(ExplainArgs),
    Polish(PolishArgs),
    Url(UrlArgs),
    Sign(SignArgs),
    Verify(VerifyArgs),
    Serve(ServeArgs),
    Audit(AuditArgs),
    Import(ImportArgs),
}

/// Turn pictures into better ones.
#[derive(Debug, Args)]
#[command(after_help = "OPTIONS is the text that also stands in URLs, such as
width=800,height=600,fit=cover,format=auto,quality=80; or a JSON object.
The result's format is what `format` says, whatever the name of OUT is.

Examples:
  safelight render width=800,format=webp photo.jpg photo.webp
  safelight render w=400,h=400,fit=cover *.jpg thumbs/
  safelight render format=auto --accept image/avif,image/webp *.png -o out
  curl -s https://example.com/a.jpg | safelight render w=320 - - > small.jpg")]
pub(crate) struct RenderArgs {
    /// What to do, as in a URL: width=800,format=webp
    pub options: String,
    /// Pictures, then the file or folder to write; - is standard input and output
    #[arg(required = true, value_name = "IN… OUT")]
    pub paths: Vec<PathBuf>,
    /// Write here instead: then every path is a picture to read
    #[arg(short, long, value_name = "FILE|DIR")]
    pub output: Option<PathBuf>,
    /// Print what was made as one JSON line a picture (to standard error when OUT is -)
    #[arg(long)]
    pub json: bool,
    /// Stop a picture that takes longer than this many milliseconds
    #[arg(long, value_name = "MS")]
    pub timeout: Option<u64>,
    /// Pictures worked on at once [default: one a core]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<usize>,
    #[command(flatten)]
    pub client: ClientArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// Show what a picture's header says, one JSON line a file.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  safelight probe *.jpg | jq -r '[.file, .width, .height] | @tsv'")]
pub(crate) struct ProbeArgs {
    /// Pictures to look at; - is standard input
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// Show what `render` would do, its cost and its cache key, without doing it.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  safelight explain w=400,h=400,fit=cover photo.jpg")]
pub(crate) struct ExplainArgs {
    /// What would be done, as in a URL: width=800,format=webp
    pub options: String,
    /// The picture; - is standard input
    pub file: PathBuf,
    #[command(flatten)]
    pub client: ClientArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// Make a file smaller without changing what it shows.
#[derive(Debug, Args)]
#[command(
    after_help = "Without --lossy every pixel that is seen stays as it is. The result is never larger:
a picture that cannot be polished is written as it is, and the reason is printed.
The result's format is what is printed, whatever the name of OUT is.

Examples:
  safelight polish photo.jpg smaller.jpg
  safelight polish --lossy --webp --avif photo.jpg photo.avif
  safelight polish --lossy --accept image/webp --json a.png - > a.webp"
)]
pub(crate) struct PolishArgs {
    /// Picture to read; - is standard input
    #[arg(value_name = "IN")]
    pub input: PathBuf,
    /// File to write; - is standard output
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// Take as few bytes as keep the score of --floor
    #[arg(long)]
    pub lossy: bool,
    /// The client takes WebP
    #[arg(long)]
    pub webp: bool,
    /// The client takes AVIF, which only --lossy makes
    #[arg(long)]
    pub avif: bool,
    /// Accept header of the client: WebP and AVIF when it names them
    #[arg(long, value_name = "TYPES")]
    pub accept: Option<String>,
    /// SSIMULACRA2 against the source that a lossy result keeps, 30 to 100 [default: 80]
    #[arg(long, value_name = "SCORE")]
    pub floor: Option<f64>,
    /// Print what was made as one JSON line (to standard error when OUT is -)
    #[arg(long)]
    pub json: bool,
    /// Stop after so many milliseconds
    #[arg(long, value_name = "MS")]
    pub timeout: Option<u64>,
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// Build a transform URL, or take a URL apart.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  safelight url w=400,f=auto /photos/a.jpg
  safelight url w=400 /a.jpg --host https://example.com
  safelight url --parse /cdn-cgi/image/w=400/photos/a.jpg")]
pub(crate) struct UrlArgs {
    /// What the URL asks for: width=400,format=auto
    pub options: Option<String>,
    /// The picture: a path, or a URL of another host
    pub source: Option<String>,
    /// Scheme and host to stand in front
    #[arg(long)]
    pub host: Option<String>,
    /// Print the parts of this URL as JSON instead
    #[arg(long, value_name = "URL", conflicts_with_all = ["options", "source", "host"])]
    pub parse: Option<String>,
}

/// Sign a path so that nobody can change it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  safelight sign --key-file key.txt --expires 3600 /account/image/public
  SAFELIGHT_KEY=… safelight sign /account/image/public")]
pub(crate) struct SignArgs {
    /// Path and query, beginning with /
    pub path: String,
    /// When the link ends: seconds from now, or a Unix time from 1000000000 on
    #[arg(long, value_name = "SECONDS|TIME")]
    pub expires: Option<u64>,
    #[command(flatten)]
    pub keys: KeyArgs,
}

/// Check a signed path: exit code 0 when it is valid, 1 when not.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  safelight verify --key-file keys.txt '/account/image/public?exp=…&sig=…'")]
pub(crate) struct VerifyArgs {
    /// Path and query as they were signed
    pub path: String,
    /// Check as of this Unix time instead of now
    #[arg(long, value_name = "TIME")]
    pub now: Option<u64>,
    #[command(flatten)]
    pub keys: KeyArgs,
}

/// Signing keys. Without any, the environment variable SAFELIGHT_KEY is taken.
#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    /// A key; other users of this machine may see it, so prefer --key-file
    #[arg(long)]
    pub key: Vec<String>,
    /// A file with one key a line
    #[arg(long, value_name = "FILE")]
    pub key_file: Vec<PathBuf>,
}

/// Serve hosted pictures with their REST API, and a folder of pictures transformed by URL.
#[derive(Debug, Args)]
#[command(
    after_help = "Hosted pictures answer at /HASH/ID/VARIANT, their REST API at /client/v4, pictures of the
folder at /cdn-cgi/image/OPTIONS/PATH, a Worker's Images binding at /info and /transform, and a
page to try options at /.

The first start prints the account, its hash and a token for the API, which is not shown again.
SAFELIGHT_ADMIN_TOKEN in the environment is accepted as a token that may do everything.
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY hold the key of a bucket.

Examples:
  safelight serve --root pictures
  curl -O http://127.0.0.1:8787/cdn-cgi/image/width=400,format=auto/photo.jpg

  safelight serve --state /var/lib/safelight --base-url https://img.example
  curl -H 'Authorization: Bearer TOKEN' -F file=@photo.jpg \\
    http://127.0.0.1:8787/client/v4/accounts/ACCOUNT/images/v1

  safelight serve --postgres postgres://db.example/safelight \\
    --bucket 's3://pictures?endpoint=https://s3.example&region=eu'"
)]
pub(crate) struct ServeArgs {
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:8787", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// Folder of pictures
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub root: PathBuf,
    /// Fill the folder of pictures with samples first, if it is empty or missing
    #[arg(long)]
    pub samples: bool,
    #[command(flatten)]
    pub service: ServiceArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// Import pictures in bulk: from a bucket, a list, a folder, or another service's account.
#[derive(Debug, Args)]
#[command(
    after_help = "SOURCE is s3://BUCKET/PATH, gs://BUCKET/PATH, az://CONTAINER/PATH, the URL of a list of addresses
or of a sitemap, a folder, or an account of another service: https://HOST/client/v4/accounts/ID.
The key of each object is the id of its image. The same command again imports what is new; one that
was interrupted goes on where it was.

Credentials come from the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN;
GOOGLE_APPLICATION_CREDENTIALS; AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN; SAFELIGHT_SOURCE_TOKEN
for another service. They are kept encrypted with SAFELIGHT_SECRETS_KEY, or with the key in
secrets.key in the folder of state, which is made where it is missing.

Examples:
  safelight import s3://pictures/photos --endpoint https://s3.example --state data
  safelight import https://api.example/client/v4/accounts/ID --token TOKEN --state data
  safelight import old-pictures --state data --prefix old/ --include '**/*.jpg'
  safelight import s3://pictures --to https://img.example/client/v4/accounts/ID --to-token TOKEN"
)]
pub(crate) struct ImportArgs {
    /// Where the pictures are
    pub source: String,
    /// Server of the bucket [default: the vendor's]
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Region of the bucket
    #[arg(long)]
    pub region: Option<String>,
    /// Storage account of an Azure container
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Token of another service's account; other users of this machine may see it, so prefer SAFELIGHT_SOURCE_TOKEN
    #[arg(long)]
    pub token: Option<String>,
    /// Import into a running service instead: https://HOST/client/v4/accounts/ID
    #[arg(long, value_name = "URL", conflicts_with = "ServiceArgs")]
    pub to: Option<String>,
    /// Token of that service [default: SAFELIGHT_TOKEN in the environment]
    #[arg(long, value_name = "TOKEN", requires = "to")]
    pub to_token: Option<String>,
    /// Stand before the key in the id of each image
    #[arg(long, default_value = "")]
    pub prefix: String,
    /// Let objects that have changed take the place of the images that have their ids
    #[arg(long)]
    pub overwrite: bool,
    /// Only keys that fit; ** crosses folders; may be given several times
    #[arg(long, value_name = "PATTERN")]
    pub include: Vec<String>,
    /// No keys that fit; may be given several times
    #[arg(long, value_name = "PATTERN")]
    pub exclude: Vec<String>,
    /// Tell what would be imported, and import nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Leave the variants of another service's account where they are
    #[arg(long)]
    pub no_variants: bool,
    /// Objects worked on at once
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub concurrency: usize,
    /// Objects in a second, at most
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub objects_per_second: u64,
    /// Bytes in a second, at most
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub bytes_per_second: u64,
    /// Write what became of each object: JSON lines, or CSV where the name ends in .csv
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    #[command(flatten)]
    pub service: ServiceArgs,
}

/// What the service is opened with.
#[derive(Debug, Args)]
pub(crate) struct ServiceArgs {
    /// Folder of state: catalog, originals and results, where they have no other place
    /// [default: .safelight in the folder of pictures]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Keep the catalog in PostgreSQL, for several servers at once
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
    /// Keep originals in a bucket: s3://BUCKET/PREFIX?endpoint=…&region=…, gs://… or az://…
    #[arg(long, value_name = "URL")]
    pub bucket: Option<String>,
    /// Keep results in a bucket too, shared by several servers
    #[arg(long, value_name = "URL")]
    pub results_bucket: Option<String>,
    /// Bytes of results that are kept in memory
    #[arg(long, value_name = "BYTES")]
    pub results_memory: Option<u64>,
    /// Bytes of results that are kept on disk; 0 keeps none there
    #[arg(long, value_name = "BYTES")]
    pub results_disk: Option<u64>,
    /// Scheme and host of the links that the API gives [default: as the client has called]
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Host that sources of transforms may come from, such as *.example.com; may be given several times
    #[arg(long, value_name = "HOST")]
    pub allow_origin: Vec<String>,
    /// Fetch by http:// as well as by https://
    #[arg(long)]
    pub allow_http: bool,
    /// Fetch from these addresses although they are not public, such as 10.0.0.0/8; may be given several times
    #[arg(long, value_name = "NETWORK")]
    pub allow_network: Vec<String>,
    /// Fetch from this port, besides 80, 443, 8080 and 8443; may be given several times
    #[arg(long, value_name = "PORT")]
    pub allow_port: Vec<u16>,
    /// Show nothing without a signature
    #[arg(long)]
    pub require_signature: bool,
    /// Images that the account may have, from now on [default at first: 100000]
    #[arg(long, value_name = "IMAGES")]
    pub quota: Option<u64>,
    /// JSON file with any of the service's settings; the other flags win over it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Load a page in Chromium as it is and with its images changed, and say what to change.
#[derive(Debug, Args)]
#[command(
    after_help = "The page is loaded from two ports of this machine, once as it is and once with every change, from
files that were fetched once. Largest contentful paint, cumulative layout shift and the bytes of
images are medians. Lighthouse is asked too where it is installed.

Examples:
  safelight audit https://example.com/ --html report.html
  safelight audit http://127.0.0.1:8000/shop.html --runs 3 --mobile --json report.json"
)]
pub(crate) struct AuditArgs {
    /// The page
    pub url: String,
    /// Write a report with pictures side by side: one file, nothing else needed
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write everything as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// How often each of the two pages is loaded
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=50), value_name = "N")]
    pub runs: u32,
    /// The line that the pages are loaded over
    #[arg(long, value_enum, default_value = "slow-4g")]
    pub network: crate::audit::Network,
    /// A phone's screen instead of a desk's
    #[arg(long)]
    pub mobile: bool,
    /// Options of every image, as in a URL [default: quality=auto]
    #[arg(long, value_name = "OPTIONS")]
    pub options: Option<String>,
    /// The browser [default: the Chromium of this machine]
    #[arg(long, value_name = "PATH")]
    pub chromium: Option<PathBuf>,
    /// Leave Lighthouse out, even where it is installed
    #[arg(long)]
    pub no_lighthouse: bool,
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// The client that `format=auto` is decided for.
#[derive(Debug, Args)]
pub(crate) struct ClientArgs {
    /// Request header of the client, `Name: value`; may be given several times
    #[arg(long = "headers", alias = "header", value_name = "HEADER")]
    pub headers: Vec<String>,
    /// Short for --headers "Accept: …"
    #[arg(long, value_name = "TYPES")]
    pub accept: Option<String>,
}

impl ClientArgs {
    pub(crate) fn hints(&self) -> Hints {
        let mut lines = self.headers.join("\n");
        if let Some(accept) = &self.accept {
            lines.push_str("\nAccept: ");
            lines.push_str(accept);
        }
        Hints::from_lines(&lines)
    }
}

#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// What one picture may cost, as a JSON object such as {"memory":536870912}
    #[arg(long, value_name = "JSON", value_parser = parse_limits)]
    limits: Option<Limits>,
}

impl LimitArgs {
    pub(crate) fn given(&self) -> Option<Limits> {
        self.limits.clone()
    }

    pub(crate) fn get(&self) -> Limits {
        self.limits.clone().unwrap_or_default()
    }
}

fn parse_limits(text: &str) -> Result<Limits, String> {
    Limits::from_json(text).map_err(|error| error.to_string())
}
