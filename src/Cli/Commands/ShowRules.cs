using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary>What <c>sched show</c> says of a job's rules and parts; what a job does not have is left out.</summary>
internal static class ShowRules
{
    public static IEnumerable<(string, string?)> Of(Job job) =>
    [
        ("Priority class", job.PriorityClass),
        ("Part of", job.PartOf is { } whole ? $"{whole.Kind} {whole.Index} of {whole.Job}" : null),
        ("Array", job.Array is { } array ? $"{array.Count} tasks, {array.MaxParallel} at once" : null),
        ("Service", job.Service is { } service ? $"{service.Replicas} replicas" : null),
        ("Parts", job.Parts is { } p ? Parts(p) : null),
        ("Workers now", job.WorkersNow is { } now ? $"{Show.Count(now)} of {Show.Count(job.Workers)} to {Show.Count(job.MaxWorkers ?? job.Workers)}" : null),
        ("Waits for", job.WaitsFor is { Count: > 0 } waits ? string.Join(", ", waits.Select(w => $"{w.Job} ({w.Condition})")) : null),
        ("Deadline", At(job.Deadline)),
        ("Next try", At(job.RetryAt)),
        ("Checkpoint", job.Checkpoint is { } c ? $"{(c.IntervalSeconds is { } every ? $"every {Show.Seconds(every)}, " : "")}{Show.Seconds(c.GraceSeconds ?? 0)} grace" : null),
        ("Saved", At(job.LastCheckpointAt)),
        ("Evictions", job.Evictions == 0 ? null : Show.Plain(job.Evictions)),
        ("Image", Image(job)),
        ("Restarts", job.Restart is { Scope: "failedMembers" } restart ? $"failed members, {restart.Limit} times an attempt" : null),
        ("Makes room", job.Preemption is { } ask ? $"by {Show.At(ask.StopAt)}: {ask.Reason}" : null),
    ];

    private static string? Image(Job job) => job.Roles.Select(r => r.Container?.Image ?? job.Container?.Image).OfType<string>().Distinct().ToList() is { Count: > 0 } images
        ? string.Join(", ", images)
        : null;

    private static string Parts(JobParts p) => $"{p.Pending} pending, {p.Running} running, {p.Suspended} suspended, {p.Succeeded} succeeded, {p.Failed} failed, of {p.Total}";

    private static string? At(DateTimeOffset? at) => at is { } t ? Show.At(t) : null;
}
