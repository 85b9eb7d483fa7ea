/** What was measured of this machine once and holds for all instances on it. */
package dev.diecast.standalone.calibration;
