"""READING: reads pictures: Reader, Reading, familiarity, calibration; page/ reads many digits on one picture."""
