vcl 4.1;

# A cache in front of Safelight, and a model for others.
#
# Browsers write Accept in dozens of ways that mean one of three things to us: AVIF, WebP or
# neither. Pictures say `Vary: Accept`, so without the lines below the cache would keep one copy
# for every way of writing it. What a picture is made of stands in Cache-Tag; xkey keeps it as an
# index, and a purge by one tag drops every copy in every format.

import xkey;

backend safelight {
  .host = "SAFELIGHT_HOST";
  .port = "SAFELIGHT_PORT";
}

acl purgers {
  "127.0.0.1";
  "::1";
}

sub vcl_recv {
  # PURGE with `xkey-purge: image:<account>/<id> …` drops what has any of these tags.
  if (req.method == "PURGE") {
    if (client.ip !~ purgers) {
      return (synth(403, "forbidden"));
    }
    if (!req.http.xkey-purge) {
      return (synth(400, "xkey-purge: expected tags, got none"));
    }
    set req.http.purged = xkey.purge(req.http.xkey-purge);
    return (synth(200, "purged " + req.http.purged));
  }

  # The API and everything that is no GET goes through.
  if (req.url ~ "^/(client/v4|images/v[12]|upload)(/|$)" || (req.method != "GET" && req.method != "HEAD")) {
    return (pass);
  }

  # The normaliser: the best format that the client names decides. A format with q=0 is refused.
  if (req.http.Accept ~ "(?i)image/avif(?!\s*;\s*q=0(\.0+)?\s*(,|$))") {
    # Who takes AVIF takes WebP, which animations become.
    if (req.http.Accept ~ "(?i)image/webp(?!\s*;\s*q=0(\.0+)?\s*(,|$))") {
      set req.http.Accept = "image/avif,image/webp,*/*";
    } else {
      set req.http.Accept = "image/avif,*/*";
    }
  } elsif (req.http.Accept ~ "(?i)image/webp(?!\s*;\s*q=0(\.0+)?\s*(,|$))") {
    set req.http.Accept = "image/webp,*/*";
  } else {
    set req.http.Accept = "*/*";
  }

  # Pictures do not depend on these; with a cookie or a token nothing would be kept.
  unset req.http.Cookie;
  unset req.http.Authorization;
  return (hash);
}

sub vcl_backend_response {
  # xkey wants spaces where Cache-Tag has commas.
  if (beresp.http.Cache-Tag) {
    set beresp.http.xkey = regsuball(beresp.http.Cache-Tag, "\s*,\s*", " ");
  }
}

sub vcl_deliver {
  # Tags are between us and the origin.
  unset resp.http.xkey;
  unset resp.http.Cache-Tag;
  if (obj.hits > 0) {
    set resp.http.X-Cache = "HIT";
  } else {
    set resp.http.X-Cache = "MISS";
  }
}
