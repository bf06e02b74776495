using System.CommandLine;
using Cli.Input;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary>The flags about a job's life: when, after what, how often, how many, and who goes first.</summary>
internal sealed class JobRuleFlags
{
    private readonly Option<string?> _class = new("--priority-class") { Description = "A priority by name: low, normal, high (as the server is configured)", HelpName = "CLASS" };
    private readonly Option<string[]> _after = new("--depends-on", "-d") { Description = "Wait for JOB to be succeeded (default), ended, failed or started; may be repeated", HelpName = "JOB[:CONDITION]" };
    private readonly Option<string?> _deadline = new("--deadline") { Description = "Not worth starting when it cannot end by then: 6h from now, or 2026-12-24T18:00:00Z", HelpName = "TIME" };
    private readonly Option<string[]> _retryOn = new("--retry-on") { Description = "Retries of one class of failure: application, outOfMemory, hardware or setup; may be repeated", HelpName = "CLASS=N" };
    private readonly Option<string?> _backOff = new("--back-off") { Description = "Wait before the first retry; doubles with each", HelpName = "TIME" };
    private readonly Option<string?> _maxBackOff = new("--max-back-off") { Description = "The longest such wait (1h)", HelpName = "TIME" };
    private readonly Option<string?> _budget = new("--retry-budget") { Description = "Retries of all classes together (20)", HelpName = "N" };
    private readonly Option<string?> _every = new("--checkpoint-every") { Description = "The workers save their work so often by themselves", HelpName = "TIME" };
    private readonly Option<string?> _grace = new("--checkpoint-grace") { Description = "The workers save their work when asked, and need up to so long (30s)", HelpName = "TIME" };
    private readonly Option<string?> _minRuntime = new("--min-runtime") { Description = "Not preempted before it ran so long", HelpName = "TIME" };
    private readonly Option<string?> _array = new("--array", "-a") { Description = "So many tasks of this kind, and how many at once (100)", HelpName = "N[%PARALLEL]" };
    private readonly Option<string?> _replicas = new("--replicas") { Description = "A service: so many jobs of this kind, kept up for ever", HelpName = "N" };
    private readonly Option<string?> _spread = new("--spread") { Description = "With --array or --replicas: take turns over node, nvlink, rack or block; :required allows one in each", HelpName = "LEVEL[:required]" };
    private readonly Option<string?> _maxWorkers = new("--max-workers") { Description = "Elastic: grows up to so many workers while GPUs are idle", HelpName = "N" };
    private readonly Option<string?> _slices = new("--slices") { Description = "Groups of N workers that each stay within one node, nvlink, rack (default) or block", HelpName = "N[:LEVEL]" };
    private readonly Option<string?> _apart = new("--apart") { Description = "At most N workers (1) in one node, nvlink, rack or block", HelpName = "LEVEL[=N]" };

    public IReadOnlyList<Option> All =>
    [
        _class, _after, _deadline, _retryOn, _backOff, _maxBackOff, _budget, _every, _grace, _minRuntime, _array, _replicas, _spread, _maxWorkers, _slices, _apart,
    ];

    /// <exception cref="CliException">Usage.</exception>
    public SubmitJobRequest Read(ParseResult parsed, SubmitJobRequest job, DateTimeOffset now)
    {
        if (parsed.GetValue(_class) is not null && job.Priority is not null)
        {
            throw CliException.Usage("--priority and --priority-class say the same thing twice; give one of them");
        }

        if (parsed.GetValue(_array) is not null && parsed.GetValue(_replicas) is not null)
        {
            throw CliException.Usage("--array and --replicas exclude each other: tasks end, replicas are kept up");
        }

        var after = parsed.GetValue(_after) ?? [];
        var role = job.Roles![0]! with
        {
            MaxCount = Quantity(parsed, _maxWorkers, 1, Limits.MaxWorkersPerGang),
            Slices = parsed.GetValue(_slices) is { } slices ? Words.Slices("--slices", slices) : null,
            AntiAffinity = parsed.GetValue(_apart) is { } apart ? Words.AntiAffinity("--apart", apart) : null,
        };
        return job with
        {
            PriorityClass = parsed.GetValue(_class),
            Roles = [role],
            DependsOn = after.Length == 0 ? null : [.. after.Select(a => Words.Dependency("--depends-on", a))],
            Deadline = parsed.GetValue(_deadline) is { } deadline ? Words.Time("--deadline", deadline, now) : null,
            Retry = Retry(parsed),
            Checkpoint = Checkpoint(parsed),
            MinRuntimeSeconds = Duration.Seconds("--min-runtime", parsed.GetValue(_minRuntime)),
            Array = parsed.GetValue(_array) is { } array ? Words.Array("--array", array) : null,
            Service = Quantity(parsed, _replicas, 1, Limits.MaxReplicas) is { } replicas ? new JobService { Replicas = replicas } : null,
            Spread = parsed.GetValue(_spread) is { } spread ? Words.Spread("--spread", spread) : null,
        };
    }

    private JobRetry? Retry(ParseResult parsed)
    {
        var limits = parsed.GetValue(_retryOn) ?? [];
        var retry = new JobRetry
        {
            Limits = limits.Length == 0 ? null : [.. limits.Select(l => Words.RetryLimit("--retry-on", l))],
            BackOffSeconds = Duration.Seconds("--back-off", parsed.GetValue(_backOff)),
            MaxBackOffSeconds = Duration.Seconds("--max-back-off", parsed.GetValue(_maxBackOff)),
            Budget = Quantity(parsed, _budget, 0, Limits.MaxRetries),
        };
        return retry == new JobRetry() ? null : retry;
    }

    private JobCheckpoint? Checkpoint(ParseResult parsed)
    {
        var checkpoint = new JobCheckpoint
        {
            IntervalSeconds = Duration.Seconds("--checkpoint-every", parsed.GetValue(_every)), GraceSeconds = Duration.Seconds("--checkpoint-grace", parsed.GetValue(_grace)),
        };
        return checkpoint == new JobCheckpoint() ? null : checkpoint;
    }

    private static long? Quantity(ParseResult parsed, Option<string?> option, long least, long most) =>
        parsed.GetValue(option) is { } text ? Input.Quantity.Integer(option.Name, text, least, most) : null;
}
