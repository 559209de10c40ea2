from domain.requests.decision import environment_not_found


def test_an_environment_that_is_not_found_is_named():
    problem = environment_not_found("fraud-llm")
    assert (problem.code, problem.target) == ("EnvironmentNotFound", "")
    assert "'fraud-llm'" in problem.message
