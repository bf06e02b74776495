using Grains.Storage;
using Scheduling.Jobs;

namespace Grains.Jobs;

/// <summary>What is stored of a job; its columns for finding it are written with it.</summary>
[GenerateSerializer]
public sealed record JobRecord : IIndexedJob
{
    /// <summary>Null until the job was submitted.</summary>
    [Id(0)] public JobState? Job { get; init; }

    public JobIndexRow ToIndexRow()
    {
        var job = Job ?? throw new InvalidOperationException("A job that was never submitted has no columns.");
        return new JobIndexRow
        {
            Job = job.Id,
            Name = job.Spec.Name,
            Tenant = job.Spec.Tenant,
            User = job.Spec.User,
            Quota = job.Spec.Quota,
            Pool = job.Spec.Pool,
            Phase = job.Phase.ToString(),
            Ended = job.Phase.IsEnded(),
            Attempt = job.Attempt,
            Priority = job.Spec.Priority,
            GpuMilli = job.Spec.TotalGpuMilli,
            Workers = job.Spec.TotalWorkers,
            SubmittedAt = job.SubmittedAt,
            ChangedAt = job.ChangedAt,
            WakeAt = job.WakeAt,
            Held = job.IsHeld,
            Parent = job.Spec.Origin?.Set,
            HasChildren = job.HasChildren,
        };
    }
}
