"""The laboratory: do hidden neurons find parts of digits?"""
