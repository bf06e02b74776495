using Scheduling.Model;

namespace Gateway.Validation;

/// <summary>The contract's words for what a dependency waits for.</summary>
internal static class DependencyWords
{
    public const string Rule = "must be succeeded, ended, failed or started";

    public static bool TryParse(string? word, out DependencyCondition condition)
    {
        (var known, condition) = word switch
        {
            null or "succeeded" => (true, DependencyCondition.Succeeded),
            "ended" => (true, DependencyCondition.Ended),
            "failed" => (true, DependencyCondition.Failed),
            "started" => (true, DependencyCondition.Started),
            _ => (false, default),
        };
        return known;
    }

    public static string Of(DependencyCondition condition) => condition switch
    {
        DependencyCondition.Ended => "ended",
        DependencyCondition.Failed => "failed",
        DependencyCondition.Started => "started",
        _ => "succeeded",
    };
}
