package main

import (
	"testing"

	"auth0-sessions/tools/languages/driver"
)

// TestMain hands the example's program to the driver, so that main.go is compiled as it stands.
func TestMain(*testing.M) {
	driver.Run(sessions)
}
