// Package safelight is an image CDN inside your own process: give it the bytes of an image and
// some options, and it answers the bytes of a better one.
//
//	thumb, err := safelight.Render(ctx, data, safelight.Options{Width: 300, Format: safelight.FormatWebP})
//
// Options are a struct, [Options], or text as it stands in a URL, [Text]. Everything else about
// images (limits, probing, plans, URLs, signatures, negotiation) is a function of its own.
//
// A [Service] keeps images and answers HTTP requests: see [Open].
//
// All functions and methods may be called from any number of goroutines at once. Results are
// ordinary Go memory; only an [Engine] and a [Service] have a Close. A failure is an [*Error] whose kind tells who
// must act: errors.Is(err, safelight.ErrInvalid).
package safelight
