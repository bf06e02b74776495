using Gateway.Contracts;
using Gateway.Validation;
using Grains.Jobs;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Api;

/// <content>The rules of a job's life.</content>
internal static partial class JobMapper
{
    private static JobDependency ToDependency(JobDependencyRequest request)
    {
        DependencyWords.TryParse(request.Condition, out var condition);
        return new JobDependency(new JobId(request.Job!), condition);
    }

    private static JobDependencyRequest ToContract(JobDependency dependency) =>
        new() { Job = dependency.Job.Value, Condition = DependencyWords.Of(dependency.Condition) };

    private static RetryRules? ToRules(JobRetry? retry) => retry is null ? null : new RetryRules
    {
        Limits = [.. (retry.Limits ?? []).Select(l => ToLimit(l!))],
        BackOff = Seconds(retry.BackOffSeconds) ?? TimeSpan.Zero,
        MaxBackOff = TimeSpan.FromSeconds(retry.MaxBackOffSeconds ?? RetryWords.DefaultMaxBackOffSeconds),
        Budget = (int?)retry.Budget,
    };

    private static RetryLimit ToLimit(JobRetryLimit limit)
    {
        RetryWords.TryParse(limit.Class, out var failure);
        return new RetryLimit(failure, (int)limit.Retries!.Value);
    }

    private static JobRetry? ToContract(RetryRules? rules) => rules is null ? null : new JobRetry
    {
        Limits = rules.Limits.IsDefaultOrEmpty ? null : [.. rules.Limits.Select(l => new JobRetryLimit { Class = RetryWords.Of(l.Class), Retries = l.Retries })],
        BackOffSeconds = (long)rules.BackOff.TotalSeconds,
        MaxBackOffSeconds = (long)rules.MaxBackOff.TotalSeconds,
        Budget = rules.Budget,
    };

    private static CheckpointRule? ToRule(JobCheckpoint? checkpoint)
    {
        if (checkpoint is null)
            return null;
        var rule = new CheckpointRule { Interval = Seconds(checkpoint.IntervalSeconds) };
        return checkpoint.GraceSeconds is { } grace ? rule with { Grace = TimeSpan.FromSeconds(grace) } : rule;
    }

    private static JobCheckpoint? ToContract(CheckpointRule? rule) => rule is null ? null : new JobCheckpoint
    {
        IntervalSeconds = (long?)rule.Interval?.TotalSeconds,
        GraceSeconds = (long)rule.Grace.TotalSeconds,
    };

    private static SetRule? ToSet(SubmitJobRequest request) => request switch
    {
        { Array: { } array } => new SetRule
        {
            Kind = OriginKind.Task, Count = (int)array.Count!.Value, MaxParallel = (int)(array.MaxParallel ?? Limits.DefaultParallel),
        },
        { Service: { } service } => new SetRule { Kind = OriginKind.Replica, Count = (int)service.Replicas!.Value },
        _ => null,
    };

    private static JobParts? ToContract(SetProgress? parts) => parts is null ? null : new JobParts
    {
        Total = parts.Total,
        Pending = parts.Pending,
        Running = parts.Running,
        Suspended = parts.Suspended,
        Succeeded = parts.Succeeded,
        Failed = parts.Failed,
    };

    /// <summary>An elastic job's own workers, and the extra ones that have a place.</summary>
    private static int? WorkersNow(JobView view) => view.Spec.ElasticRole is not { } role ? null
        : view.Phase.HoldsResources() ? view.Spec.TotalWorkers + ((view.Parts?.Running ?? 0) * (role.Slices?.Size ?? 1))
        : 0;

    private static TopologyLevel LevelOf(string? word)
    {
        TopologyWords.TryParse(word, out var level);
        return level;
    }

    private static string KindName(OriginKind kind) => kind switch
    {
        OriginKind.Task => "task",
        OriginKind.Replica => "replica",
        _ => "extension",
    };
}
