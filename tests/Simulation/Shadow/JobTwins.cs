using Scheduling.Jobs;
using Scheduling.Model;

namespace Simulation.Shadow;

/// <summary>All jobs as they are stored, and which plans they ever committed.</summary>
internal sealed class JobTwins(Shadows all)
{
    private readonly Dictionary<JobId, JobState> _jobs = [];
    private readonly HashSet<JobId> _known = [];
    private readonly HashSet<JobId> _acknowledged = [];
    private readonly HashSet<PlanRef> _committed = [];

    /// <summary>The job as it is stored now; null when it is not.</summary>
    public JobState? Find(JobId job) => _jobs.GetValueOrDefault(job);

    /// <summary>It was stored at some time.</summary>
    public bool Knows(JobId job) => _known.Contains(job);

    /// <summary>The job holds exactly this plan now.</summary>
    public bool IsCommitted(PlanRef plan) =>
        Find(plan.Attempt.Job) is { } job && Holds(job.Phase) && job.Attempt == plan.Attempt.Number && job.Plan == plan.Plan;

    /// <summary>It did at some time.</summary>
    public bool WasCommitted(PlanRef plan) => _committed.Contains(plan);

    /// <summary>A client was told that the job is accepted: it must be there, from now on for ever.</summary>
    public void Acknowledge(JobId job)
    {
        _acknowledged.Add(job);
        all.Holds(_jobs.ContainsKey(job), "I4", () => $"{job} is acknowledged, and nothing is stored");
    }

    public void Clear(JobId job)
    {
        all.Holds(!_acknowledged.Contains(job), "I4", () => $"{job} was acknowledged, and its record is removed");
        _jobs.Remove(job);
    }

    public void Write(JobState next)
    {
        var before = Find(next.Id);
        _known.Add(next.Id);
        _jobs[next.Id] = next;
        if (before is null)
        {
            all.Holds(!Holds(next.Phase), "I6", () => $"{next.Id} begins as {next.Phase}");
            return;
        }

        CheckIdentity(before, next);
        CheckPhases(before, next);
        all.Holds(next.Version > before.Version, "I6", () => $"{next.Id} has version {next.Version} after {before.Version}");
        all.Holds(next.Attempt >= before.Attempt, "I7", () => $"{next.Id} is at attempt {next.Attempt} after {before.Attempt}");
        all.Holds(next.Epoch >= before.Epoch, "I13", () => $"{next.Id} obeyed epoch {before.Epoch} and then {next.Epoch}");
        all.Holds(
            next.MemberRestarts <= (next.Spec.Restart?.Limit ?? 0), "I7",
            () => $"{next.Id} has members started again {next.MemberRestarts} times in attempt {next.Attempt}, of at most {next.Spec.Restart?.Limit ?? 0}");
        if (next.Spec.Set is not null)
        {
            // It stands for others and has no workers of its own.
            all.Holds(next.Plan == 0 && next.Placement is null, "I7", () => $"{next.Id} stands for others, and holds plan {next.Plan}");
        }
        else if (!Holds(before.Phase) && Holds(next.Phase))
        {
            CheckCommit(before, next);
        }
        else if (Holds(before.Phase) && Holds(next.Phase))
        {
            all.Holds(
                before.Plan == next.Plan && before.Attempt == next.Attempt && Same(before.Placement, next.Placement), "I7",
                () => $"{next.Id} holds plan {next.Plan} of attempt {next.Attempt}, and held {before.Plan} of {before.Attempt}");
        }
        else if (Holds(before.Phase) && next.Phase == JobPhase.Pending)
        {
            all.Holds(next.Attempt > before.Attempt, "I7", () => $"{next.Id} queues again with attempt {next.Attempt}, which ran");
        }

        CheckEviction(before, next);
    }

    /// <summary>I6: one write may take several steps; its timeline says which, and each is an edge.</summary>
    private void CheckPhases(JobState before, JobState next)
    {
        var phase = before.Phase;
        foreach (var step in next.Timeline)
        {
            if (step.Sequence > before.Version)
            {
                var from = phase;
                all.Holds(from == step.Phase || Edges(from).Contains(step.Phase), "I6", () => $"{next.Id} went from {from} to {step.Phase}");
                phase = step.Phase;
            }
        }

        all.Holds(phase == next.Phase, "I6", () => $"{next.Id} is {next.Phase}, and its timeline says {phase}");
    }

    /// <summary>I5: what was asked for and when, never changes.</summary>
    private void CheckIdentity(JobState before, JobState next) => all.Holds(
        before.BodyHash == next.BodyHash && before.SubmittedAt == next.SubmittedAt && before.Spec.Tenant == next.Spec.Tenant && before.Spec.Name == next.Spec.Name
        && before.Spec.Quota == next.Spec.Quota && before.Spec.TotalWorkers == next.Spec.TotalWorkers, "I5",
        () => $"{next.Id} of {before.BodyHash}, submitted at {before.SubmittedAt:O}, is now of {next.BodyHash}, at {next.SubmittedAt:O}");

    /// <summary>The commit point: from this write on the gang runs, so everything it runs on must be its own already.</summary>
    private void CheckCommit(JobState before, JobState next)
    {
        var plan = new PlanRef(new AttemptId(next.Id, next.Attempt), next.Plan);
        _committed.Add(plan);
        all.Holds(next.Attempt == before.Attempt, "I7", () => $"{next.Id} commits attempt {next.Attempt} and waited for {before.Attempt}");
        all.Holds(next.Epoch <= all.Pool.Epoch, "I13", () => $"{plan} is committed by epoch {next.Epoch}, and the pool's journal knows {all.Pool.Epoch}");
        all.Holds(
            next.Placement is { } placement && all.Pool.PlacementOf(plan) is { } intent && Same(placement, intent), "I7",
            () => $"{plan} is committed, and the pool's journal has no such plan");
        all.Holds(!all.Pool.IsUndone(plan), "I2", () => $"{plan} is committed while it is being given back");
        all.Holds(next.Placement?.TotalWorkers == next.Spec.TotalWorkers, "I2", () => $"{plan} is committed with {next.Placement?.TotalWorkers} of {next.Spec.TotalWorkers} workers");
        all.Holds(all.Quota.Has(plan), "I3", () => $"{plan} is committed, and nothing is charged for it");
        foreach (var slice in next.Placement?.Racks ?? [])
        {
            all.Holds(all.RackOf(slice.Rack).Has(plan, slice), "I2", () => $"{plan} is committed, and {slice.Rack} does not hold its {slice.Workers.Length} workers");
        }
    }

    private void CheckEviction(JobState before, JobState next)
    {
        if (next.Preemption is { } asked && before.Preemption?.Preemptor != asked.Preemptor)
        {
            all.Holds(
                all.Pool.WasClaimed(asked.Preemptor, new AttemptId(next.Id, next.Attempt)), "I9",
                () => $"{next.Id} is asked to make room for {asked.Preemptor}, and no promise of it was ever written down");
        }

        // It was asked, saves its work, and stops for no other reason.
        if (before is { Preemption: { } order, Phase: JobPhase.Running, Spec.Checkpoint: not null } && next.Phase == JobPhase.Stopping && next.Evictions > before.Evictions
            && next.Reason?.StartsWith("preempted", StringComparison.Ordinal) == true)
        {
            all.Holds(
                next.ChangedAt >= order.StopAt || next.LastCheckpointAt >= order.AskedAt, "I9",
                () => $"{next.Id} is stopped at {next.ChangedAt:O}, had until {order.StopAt:O} and saved its work at {next.LastCheckpointAt:O}");
        }
    }

    private static bool Same(GangPlacement? a, GangPlacement? b) => ReferenceEquals(a, b) || (a is not null && b is not null
        && a.Racks.Length == b.Racks.Length && a.Racks.Zip(b.Racks).All(p => p.First.Rack == p.Second.Rack && p.First.Workers.SequenceEqual(p.Second.Workers)));

    private static bool Holds(JobPhase phase) => phase is JobPhase.Starting or JobPhase.Running or JobPhase.Stopping;

    /// <summary>The published graph, once more: not the one that the product decides by.</summary>
    private static JobPhase[] Edges(JobPhase from) => from switch
    {
        JobPhase.Pending => [JobPhase.Starting, JobPhase.Suspended, JobPhase.Cancelled, JobPhase.TimedOut],
        JobPhase.Starting => [JobPhase.Running, JobPhase.Stopping, JobPhase.Pending, JobPhase.Succeeded, JobPhase.Failed],
        JobPhase.Running => [JobPhase.Stopping, JobPhase.Pending, JobPhase.Succeeded, JobPhase.Failed],
        JobPhase.Stopping => [JobPhase.Pending, JobPhase.Suspended, JobPhase.Succeeded, JobPhase.Failed, JobPhase.Cancelled, JobPhase.TimedOut],
        JobPhase.Suspended => [JobPhase.Pending, JobPhase.Cancelled, JobPhase.TimedOut],
        _ => [],
    };
}
