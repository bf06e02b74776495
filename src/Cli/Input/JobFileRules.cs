using Gateway.Contracts;

namespace Cli.Input;

/// <summary>The parts of a job's file about its life.</summary>
internal static class JobFileRules
{
    /// <exception cref="CliException">Usage; names file and line.</exception>
    public static SubmitJobRequest Read(YamlFields job, SubmitJobRequest read) => read with
    {
        PriorityClass = job.Text("priorityClass"),
        Deadline = job.Text("deadline") is { } deadline ? Time(job, deadline) : null,
        DependsOn = Dependencies(job),
        Retry = Retry(job.Object("retry")),
        Checkpoint = Checkpoint(job.Object("checkpoint")),
        MinRuntimeSeconds = JobFile.Seconds(job, "minRuntimeSeconds", "minRuntime"),
        Array = Array(job.Object("array")),
        Service = Service(job.Object("service")),
        Spread = Spread(job.Object("spread")),
        Container = JobFileContainer.Read(job.Object("container")),
        Restart = JobFileContainer.Restart(job.Object("restart")),
    };

    public static JobSlices? Slices(YamlFields? fields) => Done(fields, f => new JobSlices
    {
        Size = f.Integer("size", 1, Limits.MaxWorkersPerGang), Level = Level(f),
    });

    public static JobAntiAffinity? AntiAffinity(YamlFields? fields) => Done(fields, f => new JobAntiAffinity
    {
        Level = Level(f), MaxPerDomain = f.Integer("maxPerDomain", 1, Limits.MaxWorkersPerGang),
    });

    public static JobNodeTerm[]? NodeAffinity(IReadOnlyList<YamlFields> terms) => terms.Count == 0
        ? null
        : [.. terms.Select(t => Done(t, f => new JobNodeTerm { MatchExpressions = [.. f.Objects("matchExpressions").Select(NodeRequirement)] })!)];

    private static JobNodeRequirement NodeRequirement(YamlFields fields) => Done(fields, f => new JobNodeRequirement
    {
        Key = f.Needed("key"), Operator = f.Needed("operator"), Values = f.Texts("values"),
    })!;

    private static DateTimeOffset Time(YamlFields job, string text) =>
        text.Contains('T', StringComparison.Ordinal)
            ? Words.Time(job.Where("deadline"), text, default)
            : throw CliException.Usage($"{job.Where("deadline")} is \"{text}\"; write a time like 2026-12-24T18:00:00Z");

    private static JobDependencyRequest[]? Dependencies(YamlFields job)
    {
        var needs = job.Objects("dependsOn");
        return needs.Count == 0 ? null : [.. needs.Select(n => Done(n, f => new JobDependencyRequest { Job = f.Needed("job"), Condition = f.Text("condition") })!)];
    }

    private static JobRetry? Retry(YamlFields? fields) => Done(fields, f =>
    {
        var limits = f.Objects("limits");
        return new JobRetry
        {
            Limits = limits.Count == 0 ? null : [.. limits.Select(l => Done(l, x => new JobRetryLimit { Class = x.Needed("class"), Retries = x.Integer("retries", 0, Limits.MaxRetries) })!)],
            BackOffSeconds = JobFile.Either(f, "backOffSeconds", f.Integer("backOffSeconds", 0, Limits.MaxBackOffSeconds), "backOff", Duration.Seconds(f.Where("backOff"), f.Text("backOff"))),
            MaxBackOffSeconds = JobFile.Either(f, "maxBackOffSeconds", f.Integer("maxBackOffSeconds", 0, Limits.MaxBackOffSeconds), "maxBackOff", Duration.Seconds(f.Where("maxBackOff"), f.Text("maxBackOff"))),
            Budget = f.Integer("budget", 0, Limits.MaxRetries),
        };
    });

    private static JobCheckpoint? Checkpoint(YamlFields? fields) => Done(fields, f => new JobCheckpoint
    {
        IntervalSeconds = JobFile.Seconds(f, "intervalSeconds", "interval"), GraceSeconds = JobFile.Either(
            f, "graceSeconds", f.Integer("graceSeconds", 0, Limits.MaxGraceSeconds), "grace", Duration.Seconds(f.Where("grace"), f.Text("grace"))),
    });

    private static JobArray? Array(YamlFields? fields) => Done(fields, f => new JobArray
    {
        Count = f.Integer("count", 1, Limits.MaxTasks), MaxParallel = f.Integer("maxParallel", 1, Limits.MaxParallel),
    });

    private static JobService? Service(YamlFields? fields) => Done(fields, f => new JobService { Replicas = f.Integer("replicas", 1, Limits.MaxReplicas) });

    private static JobSpread? Spread(YamlFields? fields) => Done(fields, f => new JobSpread { Level = Level(f), Required = Bool(f, "required") });

    private static string Level(YamlFields fields) => fields.Needed("level") is var level && Topology.Levels.Contains(level)
        ? level
        : throw CliException.Usage($"{fields.Where("level")} is \"{level}\"; write {string.Join(", ", Topology.Levels)}");

    internal static bool? Bool(YamlFields fields, string name) => fields.Text(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var other => throw CliException.Usage($"{fields.Where(name)} is \"{other}\"; write true or false"),
    };

    internal static T? Done<T>(YamlFields? fields, Func<YamlFields, T> read) where T : class
    {
        if (fields is null)
        {
            return null;
        }

        var value = read(fields);
        fields.RefuseOthers();
        return value;
    }
}
