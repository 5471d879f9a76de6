module polish

go 1.22

require github.com/safelight/safelight/bindings/go v0.0.0

replace github.com/safelight/safelight/bindings/go => ../../bindings/go
