/** Pages for a browser that need nothing but themselves: no script, no file beside, no network. */
package dev.diecast.standalone.report;
