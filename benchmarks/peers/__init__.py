"""The peers, each as well as its documentation lets one write it; they run in `bench/.venv`, without dedup."""
