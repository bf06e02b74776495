using Gateway.Contracts;
using Gateway.Http;
using Grains;

namespace Gateway.Api;

/// <summary>Grains' answers as problems.</summary>
internal static class Answers
{
    public static ApiProblem ToProblem(Answer answer, string notFound) => answer.Outcome switch
    {
        Outcome.NotFound => ApiProblem.NotFound(notFound),
        Outcome.Forbidden => ApiProblem.Forbidden(answer.Message ?? "You may not do this."),
        Outcome.Conflict => ApiProblem.Conflict(ErrorCode.Conflict, answer.Message ?? "Its state does not allow this."),
        Outcome.PreconditionFailed => ApiProblem.PreconditionFailed(answer.Message ?? "It has changed since you read it; read it again."),
        Outcome.LimitReached => ApiProblem.TooManyRequests(TimeSpan.FromSeconds(1)),
        Outcome.Invalid => ApiProblem.Invalid(new Dictionary<string, IReadOnlyList<string>> { ["$"] = [answer.Message ?? "breaks a rule"] }),
        _ => ApiProblem.OfStatus(StatusCodes.Status500InternalServerError),
    };
}
