/** A Prometheus beside an instance, which scrapes it as one on a cluster would. */
package dev.diecast.standalone.prometheus;
