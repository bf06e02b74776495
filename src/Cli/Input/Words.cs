using System.Globalization;
using Gateway.Contracts;

namespace Cli.Input;

/// <summary>What a job's rules look like on a command line.</summary>
internal static class Words
{
    private static readonly string[] Conditions = ["succeeded", "ended", "failed", "started"];
    private static readonly string[] Classes = ["application", "outOfMemory", "hardware", "setup"];

    /// <summary>"JOB" or "JOB:CONDITION".</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static JobDependencyRequest Dependency(string what, string text)
    {
        var (job, condition) = Split(text);
        return job.Length > 0 && (condition is null || Conditions.Contains(condition))
            ? new JobDependencyRequest { Job = job, Condition = condition }
            : throw CliException.Usage($"{what} is \"{text}\"; write JOB, or JOB:{string.Join('|', Conditions)}");
    }

    /// <summary>"CLASS=N".</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static JobRetryLimit RetryLimit(string what, string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 && Classes.Contains(text[..at]) && Number(text[(at + 1)..], 0, Limits.MaxRetries) is { } retries
            ? new JobRetryLimit { Class = text[..at], Retries = retries }
            : throw CliException.Usage($"{what} is \"{text}\"; write {string.Join('|', Classes)} and how often, like hardware=5");
    }

    /// <summary>"COUNT" or "COUNT%PARALLEL".</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static JobArray Array(string what, string text)
    {
        var parts = text.Split('%');
        return parts.Length <= 2 && Number(parts[0], 1, Limits.MaxTasks) is { } count && (parts.Length == 1 || Number(parts[1], 1, Limits.MaxParallel) is not null)
            ? new JobArray { Count = count, MaxParallel = parts.Length == 2 ? Number(parts[1], 1, Limits.MaxParallel) : null }
            : throw CliException.Usage($"{what} is \"{text}\"; write how many tasks (1 to {Limits.MaxTasks}), and how many at once: 500%20");
    }

    /// <summary>"LEVEL" or "LEVEL:required".</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static JobSpread Spread(string what, string text)
    {
        var (level, kind) = Split(text);
        return Topology.Levels.Contains(level) && kind is null or "required" or "preferred"
            ? new JobSpread { Level = level, Required = kind == "required" ? true : null }
            : throw CliException.Usage($"{what} is \"{text}\"; write {string.Join(", ", Topology.Levels)}, each with :required or :preferred");
    }

    /// <summary>"N" (within a rack) or "N:LEVEL".</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static JobSlices Slices(string what, string text)
    {
        var (size, level) = Split(text);
        return Number(size, 1, Limits.MaxWorkersPerGang) is { } workers && Topology.Levels.Contains(level ?? "rack")
            ? new JobSlices { Size = workers, Level = level ?? "rack" }
            : throw CliException.Usage($"{what} is \"{text}\"; write how many workers stay together, and where: 8:rack");
    }

    /// <summary>"LEVEL" (one worker in each) or "LEVEL=N".</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static JobAntiAffinity AntiAffinity(string what, string text)
    {
        var parts = text.Split('=');
        return parts.Length <= 2 && Topology.Levels.Contains(parts[0]) && (parts.Length == 1 || Number(parts[1], 1, Limits.MaxWorkersPerGang) is not null)
            ? new JobAntiAffinity { Level = parts[0], MaxPerDomain = parts.Length == 2 ? Number(parts[1], 1, Limits.MaxWorkersPerGang) : null }
            : throw CliException.Usage($"{what} is \"{text}\"; write where, and how many at most: node=2");
    }

    /// <summary>A point in time, or one from now: "2026-12-24T18:00:00Z", "6h".</summary>
    /// <exception cref="CliException">Usage.</exception>
    public static DateTimeOffset Time(string what, string text, DateTimeOffset now)
    {
        if (text.Contains('T', StringComparison.Ordinal))
        {
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                ? at.ToUniversalTime()
                : throw CliException.Usage($"{what} is \"{text}\"; write a time like 2026-12-24T18:00:00Z, or one from now like 6h");
        }

        // Whole seconds: the same command sent again a moment later must not be another job by a fraction.
        return DateTimeOffset.FromUnixTimeSeconds((now + Duration.Parse(what, text)).ToUnixTimeSeconds());
    }

    private static (string First, string? Second) Split(string text)
    {
        var at = text.IndexOf(':', StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }

    private static long? Number(string text, long least, long most) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value : null;
}
