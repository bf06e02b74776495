using Scheduling.Jobs;
using Scheduling.Model;

namespace Scheduling.Tests.Models;

/// <summary>
/// A job as a handful of variables and what each event does to them, written down once more as one would tell it. True: something
/// changed; false: nothing to do; null: refused.
/// </summary>
internal sealed partial class JobTwin(JobSpec spec, DateTimeOffset submitted)
{
    private readonly List<JobDependency> _unmet = [.. spec.DependsOn];

    public JobPhase Phase { get; private set; } = JobPhase.Pending;

    public JobPhase? After { get; private set; }

    public int Attempt { get; private set; } = 1;

    public long Plan { get; private set; }

    public long Epoch { get; private set; }

    public bool HasPlace { get; private set; }

    public DateTimeOffset? PlacedAt { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    public DateTimeOffset? RetryAt { get; private set; }

    public DateTimeOffset? SavedAt { get; private set; }

    public (AttemptId By, DateTimeOffset AskedAt, DateTimeOffset StopAt)? Ask { get; private set; }

    public Dictionary<FailureClass, int> Failed { get; } = [];

    public int LostInRow { get; private set; }

    public int Evictions { get; private set; }

    public bool HasStarted { get; private set; }

    public bool HasParts { get; private set; } = spec.Set is not null;

    public SetProgress? Parts { get; private set; }

    public int? Replicas { get; private set; }

    public List<JobDependency> Waiters { get; } = [];

    /// <summary>Every line of the timeline, also those that were forgotten.</summary>
    public List<string> Lines { get; } = [$"{submitted:T} Submitted Pending 1"];

    public IReadOnlyList<JobDependency> Unmet => _unmet;

    public bool IsOver => Phase is JobPhase.Succeeded or JobPhase.Failed or JobPhase.Cancelled or JobPhase.TimedOut;

    public bool IsPlaced => Phase is JobPhase.Starting or JobPhase.Running or JobPhase.Stopping;

    public bool IsAlive => Phase is JobPhase.Starting or JobPhase.Running;

    private bool IsSet => spec.Set is not null;

    public bool WaitsOutside => IsSet || (Phase == JobPhase.Pending && (RetryAt is not null || _unmet.Count > 0));

    public bool? Place(int attempt, long plan, long epoch, DateTimeOffset now)
    {
        if (IsPlaced && attempt == Attempt && plan == Plan)
            return false;
        if (Phase != JobPhase.Pending || WaitsOutside || attempt != Attempt || epoch < Epoch)
            return null;
        (Plan, Epoch, HasPlace, PlacedAt) = (plan, epoch, true, now);
        return Go(JobPhase.Starting, "Placed", now);
    }

    public bool? Fence(int attempt, DateTimeOffset now)
    {
        if (Phase != JobPhase.Pending || attempt != Attempt || IsSet)
            return false;
        Line("Fenced", now);
        Attempt++;
        return true;
    }

    public bool? Report(WorkerReport report, DateTimeOffset now)
    {
        if (!IsPlaced || report.Attempt != Attempt || IsSet)
            return false;
        var saved = Save(report.CheckpointedAt, now);
        if (report.Gone)
            return Leave(report, now);
        if (Phase == JobPhase.Stopping)
            return saved;
        if (report.Failure is not null)
            return Fail(report.Class, now);
        if (report.AllSucceeded)
            return Stop(JobPhase.Succeeded, now);
        if (Phase == JobPhase.Starting && report.AllStarted)
        {
            Go(JobPhase.Running, "Started", now);
            (StartedAt, HasStarted, HasParts) = (now, true, HasParts || spec.Roles.Any(r => r.MaxCount > r.Count));
            return true;
        }

        return Ask is { } ask && SavedAt >= ask.AskedAt ? MakeRoom(now) : saved;
    }

    public bool? Cancel(DateTimeOffset now)
    {
        if (Phase == JobPhase.Cancelled || (Phase == JobPhase.Stopping && After == JobPhase.Cancelled))
            return false;
        if (Phase is JobPhase.Pending or JobPhase.Suspended)
            return End(JobPhase.Cancelled, now);
        if (IsAlive)
            return Stop(JobPhase.Cancelled, now);
        return Phase == JobPhase.Stopping && After is JobPhase.Pending or JobPhase.Suspended ? Redirect(JobPhase.Cancelled, now) : null;
    }

    public bool? Suspend(DateTimeOffset now)
    {
        if (Phase == JobPhase.Suspended || (Phase == JobPhase.Stopping && After == JobPhase.Suspended))
            return false;
        if (Phase == JobPhase.Pending)
            return Go(JobPhase.Suspended, "Suspended", now);
        if (IsAlive)
            return Stop(JobPhase.Suspended, now);
        return Phase == JobPhase.Stopping && After == JobPhase.Pending ? Redirect(JobPhase.Suspended, now) : null;
    }

    public bool? Resume(DateTimeOffset now)
    {
        if (IsOver)
            return null;
        if (Phase == JobPhase.Suspended)
            return Requeue(now);
        return Phase == JobPhase.Stopping && After == JobPhase.Suspended && Redirect(JobPhase.Pending, now);
    }

    public bool? Evict(int attempt, DateTimeOffset now)
    {
        if (attempt != Attempt || !IsAlive || IsSet)
            return false;
        Evictions++;
        return Stop(JobPhase.Pending, now);
    }

    public bool? Preempt(int attempt, AttemptId by, TimeSpan grace, DateTimeOffset now)
    {
        if (attempt != Attempt || !IsAlive || IsSet || Ask?.By == by)
            return false;
        var stopAt = Ask is { } before && before.StopAt < now + grace ? before.StopAt : now + grace;
        Ask = (by, Ask?.AskedAt ?? now, stopAt);
        return Phase == JobPhase.Starting || spec.Checkpoint is null || stopAt <= now ? MakeRoom(now) : Line("PreemptionAsked", now);
    }

    public bool? CallOff(int attempt, AttemptId by, DateTimeOffset now)
    {
        if (attempt == Attempt && Phase == JobPhase.Stopping)
            return null;
        if (attempt != Attempt || Ask?.By != by)
            return false;
        Ask = null;
        return Line("PreemptionCalledOff", now);
    }

    public DateTimeOffset? LimitAt => IsAlive && !IsSet && spec.TimeLimit is { } limit ? (StartedAt ?? PlacedAt) + limit : null;

    public DateTimeOffset? LatestStart => spec.Deadline is { } deadline ? deadline - (IsSet ? TimeSpan.Zero : spec.TimeLimit ?? TimeSpan.Zero) : null;

    public bool? CheckTime(DateTimeOffset now)
    {
        if (IsAlive && (LimitAt <= now || spec.Deadline <= now))
            return Stop(JobPhase.TimedOut, now);
        if (IsAlive && Ask is { } ask && ask.StopAt <= now)
            return MakeRoom(now);
        if (Phase is JobPhase.Pending or JobPhase.Suspended && (spec.Deadline <= now || LatestStart < now))
            return End(JobPhase.TimedOut, now);
        if (Phase != JobPhase.Pending || !(RetryAt <= now))
            return false;
        RetryAt = null;
        return Line("Released", now);
    }

    /// <summary>The earliest time at which the clock makes something of it.</summary>
    public DateTimeOffset? WakeAt(DateTimeOffset changed)
    {
        List<DateTimeOffset?> times = [Waiters.Any(IsDecided) ? changed : null];
        if (IsAlive)
            times.AddRange([LimitAt, spec.Deadline, Ask?.StopAt]);
        if (Phase is JobPhase.Pending or JobPhase.Suspended)
            times.Add(LatestStart);
        if (Phase == JobPhase.Pending)
            times.Add(RetryAt);
        if (IsOver && HasParts)
            times.Add(changed);
        return times.Min();
    }

    public bool? Hear(JobId job, JobPhase phase, bool hasStarted, DateTimeOffset now)
    {
        var before = _unmet.Count;
        var isOver = phase >= JobPhase.Succeeded;
        foreach (var unmet in _unmet.Where(u => u.Job == job).ToList())
        {
            var isMet = unmet.Condition == DependencyCondition.Succeeded ? phase == JobPhase.Succeeded
                : unmet.Condition == DependencyCondition.Ended ? isOver
                : unmet.Condition == DependencyCondition.Failed ? isOver && phase != JobPhase.Succeeded
                : hasStarted;
            if (isMet)
                _unmet.Remove(unmet);
            else if (isOver)
                return End(JobPhase.Cancelled, now);
        }

        return _unmet.Count < before && Line("Released", now);
    }

    public bool IsDecided(JobDependency waiter) => IsOver || (waiter.Condition == DependencyCondition.Started && HasStarted);

    public bool? Watch(JobDependency waiter)
    {
        if (IsDecided(waiter) || Waiters.Contains(waiter))
            return false;
        if (Waiters.Count >= JobState.MaxDependents)
            return null;
        Waiters.Add(waiter);
        return true;
    }

    public bool? Tell(IReadOnlyCollection<JobDependency> waiters) => Waiters.RemoveAll(waiters.Contains) > 0;

    public bool? Scale(int replicas, DateTimeOffset now)
    {
        if (spec.Set is not { Kind: OriginKind.Replica } || IsOver || (Phase == JobPhase.Stopping && After is not (JobPhase.Pending or JobPhase.Suspended)))
            return null;
        if (replicas == (Replicas ?? spec.Set.Count))
            return false;
        Replicas = replicas;
        return Line("Scaled", now);
    }

    public bool? HearOfParts(SetProgress parts, DateTimeOffset now)
    {
        var isNews = parts != Parts;
        Parts = parts;
        if (IsOver && HasParts && parts.IsEmpty && parts.Mode == SetMode.Stop)
        {
            HasParts = false;
            return true;
        }

        if (!IsSet)
            return isNews;
        switch (Phase)
        {
            case JobPhase.Pending when parts.Mode == SetMode.Run && _unmet.Count == 0:
                PlacedAt = now;
                return Go(JobPhase.Starting, "Placed", now);
            case JobPhase.Starting when parts.Running > 0 || parts.Succeeded > 0 || parts.Failed > 0:
                (StartedAt, HasStarted) = (now, true);
                return Go(JobPhase.Running, "Started", now);
            case JobPhase.Running when parts.IsDone:
                return End(parts.Failed > 0 ? JobPhase.Failed : JobPhase.Succeeded, now);
            case JobPhase.Stopping when After == JobPhase.Pending:
                return Arrive(JobPhase.Pending, now);
            case JobPhase.Stopping when After == JobPhase.Suspended:
                return parts.Mode == SetMode.Hold && parts.Pending + parts.Running == 0 ? Arrive(JobPhase.Suspended, now) : isNews;
            case JobPhase.Stopping when parts.Mode == SetMode.Stop && parts.IsEmpty:
                return Arrive(After!.Value, now);
            default:
                return isNews;
        }
    }

    /// <summary>What the job's parts are to do; null: there are none to look after.</summary>
    public string? Order
    {
        get
        {
            if (!HasParts || (Phase == JobPhase.Pending && _unmet.Count > 0 && Parts is null))
                return null;
            if (spec.Set is not { } set)
            {
                var role = spec.Roles.First(r => r.MaxCount > r.Count);
                var groups = (role.MaxCount - role.Count) / (role.Slices?.Size ?? 1);
                return $"{(Phase == JobPhase.Running && Ask is null ? "Run" : "Stop")} Extension {groups} {groups} {Attempt}";
            }

            var mode = Phase == JobPhase.Suspended || (Phase == JobPhase.Stopping && After == JobPhase.Suspended) ? "Hold"
                : IsOver || (Phase == JobPhase.Stopping && After != JobPhase.Pending) ? "Stop" : "Run";
            return $"{mode} {set.Kind} {Replicas ?? set.Count} {(set.Kind == OriginKind.Task ? set.MaxParallel : int.MaxValue)} 0";
        }
    }

    public PoolDuty Duty => IsSet ? PoolDuty.None
        : Phase == JobPhase.Pending ? WaitsOutside ? PoolDuty.Hold : PoolDuty.Enqueue
        : IsAlive ? Ask is null ? PoolDuty.None : PoolDuty.Checkpoint
        : Phase == JobPhase.Stopping ? PoolDuty.Stop : PoolDuty.Ended;

    private bool Save(DateTimeOffset? said, DateTimeOffset now)
    {
        if (said is not { } at)
            return false;
        at = at > now ? now : at;
        if (SavedAt is { } known && at - known < TimeSpan.FromSeconds(10) && (Ask is null || at <= known))
            return false;
        SavedAt = at;
        return true;
    }

    private bool Leave(WorkerReport report, DateTimeOffset now)
    {
        if (Phase == JobPhase.Stopping)
            return Arrive(After!.Value, now);
        if (report.Failure is not null)
        {
            Fail(report.Class, now);
            return Arrive(After!.Value, now);
        }

        if (report.AllSucceeded)
            return End(JobPhase.Succeeded, now);
        Count(FailureClass.Hardware, now);
        if (spec.Origin?.Kind == OriginKind.Extension || !MayLose(out var wait))
            return End(JobPhase.Failed, now);
        RetryAt = wait > TimeSpan.Zero ? now + wait : null;
        return Requeue(now);
    }

    private bool Fail(FailureClass kind, DateTimeOffset now)
    {
        Count(kind, now);
        if (spec.Origin?.Kind == OriginKind.Extension || !MayRetry(kind, out var wait))
            return Stop(JobPhase.Failed, now);
        RetryAt = wait > TimeSpan.Zero ? now + wait : null;
        return Stop(JobPhase.Pending, now);
    }

    private bool MakeRoom(DateTimeOffset now)
    {
        Evictions++;
        return Stop(JobPhase.Pending, now);
    }

    private bool Arrive(JobPhase after, DateTimeOffset now)
    {
        if (after == JobPhase.Pending)
            return spec.Origin?.Kind == OriginKind.Extension ? End(JobPhase.Cancelled, now) : Requeue(now);
        if (after != JobPhase.Suspended)
            return End(after, now);
        Free();
        return Go(JobPhase.Suspended, "Suspended", now);
    }

    private bool Stop(JobPhase after, DateTimeOffset now)
    {
        (After, Ask) = (after, null);
        return Go(JobPhase.Stopping, "Stopping", now);
    }

    private bool Redirect(JobPhase after, DateTimeOffset now)
    {
        After = after;
        return Line("Stopping", now);
    }

    private bool Requeue(DateTimeOffset now)
    {
        Free();
        Go(JobPhase.Pending, "Requeued", now);
        Attempt++;
        RetryAt = RetryAt > now ? RetryAt : null;
        return true;
    }

    private bool End(JobPhase phase, DateTimeOffset now)
    {
        (EndedAt, After, Ask, RetryAt) = (now, null, null, null);
        _unmet.Clear();
        return Go(phase, "Ended", now);
    }

    private void Free() => (HasPlace, Plan, PlacedAt, StartedAt, After, Ask) = (false, 0, null, null, null, null);

    private bool Go(JobPhase phase, string type, DateTimeOffset now)
    {
        Phase = phase;
        return Line(type, now);
    }

    private bool Line(string type, DateTimeOffset now)
    {
        Lines.Add($"{now:T} {type} {Phase} {Attempt}");
        return true;
    }
}
