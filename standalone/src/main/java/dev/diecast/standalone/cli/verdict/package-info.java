/** What is on record of a stretch of a running model's time, and whether that is good enough. */
package dev.diecast.standalone.cli.verdict;
