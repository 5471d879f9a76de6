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
	"strings"

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
	data, err := made(source, job.Options)
	var failure *safelight.Error
	if errors.As(err, &failure) {
		return failure.Code()
	}
	if err != nil {
		log.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(data))
}

// made renders, or polishes where the options begin with the name of that verb.
func made(source []byte, options string) ([]byte, error) {
	asked, polish := strings.CutPrefix(options, "polish ")
	if !polish {
		image, err := safelight.Render(context.Background(), source, safelight.Text(options))
		if err != nil {
			return nil, err
		}
		return image.Data, nil
	}
	var parsed safelight.PolishOptions
	if err := json.Unmarshal([]byte(asked), &parsed); err != nil {
		return nil, err
	}
	polished, err := safelight.Polish(context.Background(), source, parsed)
	if err != nil {
		return nil, err
	}
	return polished.Data, nil
}
