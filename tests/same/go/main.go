// Command same prints the SHA-256 of every job's result, or the kind of its error, one a line.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"

	safelight "github.com/safelight/safelight/bindings/go"
)

type job struct {
	Source  string `json:"source"`
	Options string `json:"options"`
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var jobs []job
	if err := json.Unmarshal(text, &jobs); err != nil {
		log.Fatal(err)
	}
	for _, job := range jobs {
		fmt.Println(line(job))
	}
}

func line(job job) string {
	source, err := os.ReadFile(job.Source)
	if err != nil {
		log.Fatal(err)
	}
	image, err := safelight.Render(context.Background(), source, safelight.Text(job.Options))
	var failure *safelight.Error
	if errors.As(err, &failure) {
		return failure.Code()
	}
	if err != nil {
		log.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(image.Data))
}
