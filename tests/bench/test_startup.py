"""Fresh processes are timed, and one that cannot start is passed over."""

from digitlens.bench import startup


def test_what_cannot_be_imported_is_passed_over():
    ready = {"digitlens": "pass", "jax": "import no_such_module"}
    help_alone = "import sys; assert sys.argv[1:] == ['--help']"
    found, failed = startup.compare(["jax"], 1, lambda what: None, ready=ready, command_line=help_alone)
    assert [[timing.name for timing in each.timings] for each in found] == [
        ["digitlens"],
        ["digitlens", "python"],
        ["digitlens"],
    ]
    assert [each.name for each in failed] == ["jax"]


def test_the_way_to_a_good_network_takes_the_fewest_epochs_that_do():
    code = "import json, sys; epochs = int(sys.argv[6]); print(json.dumps({'test_accuracy': 0.9 + 0.01 * epochs}))"
    found = startup.prompt_to_network("mnist", code)
    assert "--epochs 3" in found.timings[0].note


def test_a_training_that_fails_is_said():
    assert "failed" in startup.prompt_to_network("mnist", "import sys; sys.exit(1)").why
