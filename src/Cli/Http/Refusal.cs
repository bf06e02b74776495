using System.Text.Json;
using Gateway.Contracts;

namespace Cli.Http;

/// <summary>Turns an answer of 300 and above into an exit code and one line that says what to do.</summary>
internal static class Refusal
{
    public static CliException From(int status, string body)
    {
        var problem = Read(body);
        var detail = problem is null ? $"the server answered {status}" : Text(problem);
        return status switch
        {
            < 400 => CliException.Failure($"the server answered {status}, a redirect; set --server to the gateway's own address"),
            400 or 413 or 415 or 422 => CliException.Usage(detail),
            401 => new CliException(ExitCode.NotAuthorised, $"{detail}; set SCHED_TOKEN, or --token-file, to a valid token"),
            403 => new CliException(ExitCode.NotAuthorised, detail),
            404 => new CliException(ExitCode.NotFound, problem is null ? "the server knows no such thing; is --server the gateway?" : detail),
            409 or 412 or 428 => new CliException(ExitCode.Conflict, detail),
            _ => CliException.Failure(problem is null ? detail : $"{detail} (trace {problem.TraceId})"),
        };
    }

    private static string Text(Problem problem)
    {
        var text = problem.Detail ?? problem.Title;
        if (problem.Errors is { Count: > 0 } errors)
        {
            var fields = errors.SelectMany(e => e.Value, (e, rule) => $"{e.Key}: {rule}").ToList();
            text = $"{text.TrimEnd('.', ' ')}: {string.Join("; ", fields.Take(5))}{(fields.Count > 5 ? $"; and {fields.Count - 5} more" : "")}";
        }

        return $"{text.TrimEnd('.', ' ')} [{problem.Code}]";
    }

    private static Problem? Read(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ContractsJson.Lenient.Problem);
        }
        catch (JsonException)
        {
            // A proxy in between, or no gateway at all.
            return null;
        }
    }
}
