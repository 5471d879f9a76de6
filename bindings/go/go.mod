module github.com/safelight/safelight/bindings/go

go 1.22
