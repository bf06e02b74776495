using System.Collections.Immutable;
using Grains;
using Grains.Jobs;
using Grains.Storage;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Tests.Fakes;

/// <summary>A job that obeys its contract as far as the API can see it.</summary>
internal sealed class FakeJob(FakeCluster cluster, string id) : IJobGrain
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private readonly Lock _lock = new();
    private readonly List<JobTimelineEntry> _events = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _bodyHash;

    public JobView? View { get; private set; }

    public SubmitJob? Submitted { get; private set; }

    /// <summary>How often Events was asked and had to wait.</summary>
    public int Waits { get; private set; }

    public Task<SubmitAnswer> Submit(SubmitJob command)
    {
        lock (_lock)
        {
            if (View is not null)
            {
                return Task.FromResult(command.BodyHash == _bodyHash
                    ? new SubmitAnswer { Answer = Answer.Done(View.Version), Job = View, Created = false }
                    : new SubmitAnswer { Answer = Answer.Of(Outcome.Conflict, "other body") });
            }

            for (var i = 0; i < command.Spec.DependsOn.Length; i++)
            {
                if (!cluster.Jobs.TryGetValue(command.Spec.DependsOn[i].Job.Value, out var other) || other.View?.Spec.Tenant != command.Spec.Tenant)
                    return Task.FromResult(new SubmitAnswer { Answer = Answer.Of(Outcome.NotFound, "no such job"), BadDependency = i });
            }

            (_bodyHash, Submitted) = (command.BodyHash, command);
            View = new JobView { Id = new JobId(id), Spec = command.Spec, Phase = JobPhase.Pending, Attempt = 1, SubmittedAt = s_start, Version = 1 };
            Append("Submitted", null);
            cluster.Index.Add(id, command.Spec);
            return Task.FromResult(new SubmitAnswer { Answer = Answer.Done(1), Job = View, Created = true });
        }
    }

    public Task<JobView?> Get(Caller caller) => Task.FromResult(Visible(caller));

    public Task<Answer> Cancel(Caller caller, string reason) => Change(caller, JobPhase.Cancelled, reason, allowed: true);

    public Task<Answer> Suspend(Caller caller, string reason) => Change(caller, JobPhase.Suspended, reason, View?.Phase.IsEnded() == false);

    public Task<Answer> Resume(Caller caller) => Change(caller, JobPhase.Pending, null, View?.Phase == JobPhase.Suspended);

    public async Task<JobEventPage?> Events(Caller caller, long after, TimeSpan wait)
    {
        if (Visible(caller) is null)
            return null;
        Task changed;
        lock (_lock)
        {
            if (Page(after) is { Events.IsEmpty: false } or { Complete: true } || wait == TimeSpan.Zero)
                return Page(after);
            changed = _changed.Task;
            Waits++;
        }

        await Task.WhenAny(changed, Task.Delay(wait));
        lock (_lock)
            return Page(after);
    }

    /// <summary>Moves the job and writes a line.</summary>
    public void Become(JobPhase phase, string type, string? message = null, GangPlacement? placement = null)
    {
        lock (_lock)
        {
            View = View! with { Phase = phase, Reason = message, Version = View.Version + 1, Placement = placement ?? View.Placement };
            Append(type, message);
        }
    }

    /// <summary>Shows the job otherwise, without a line of its timeline.</summary>
    public void Show(Func<JobView, JobView> change)
    {
        lock (_lock)
            View = change(View!);
    }

    public Task<PlaceAnswer> Place(PlaceAttempt command) => throw new NotSupportedException();

    public Task<FenceAnswer> Fence(int attempt, long plan) => throw new NotSupportedException();

    public Task<Answer> Report(AttemptReport report) => throw new NotSupportedException();

    public Task<Answer> Preempt(PreemptAttempt command) => throw new NotSupportedException();

    public Task<Answer> CallOffPreemption(int attempt, AttemptId preemptor) => throw new NotSupportedException();

    public Task<Answer> LoseNode(int attempt, NodeId node, string reason) => throw new NotSupportedException();

    public Task<Answer> Evict(int attempt, string reason) => throw new NotSupportedException();

    public Task<Answer> Scale(Caller caller, int replicas)
    {
        if (Visible(caller) is not { } view || !caller.MayChange(view.Spec.Tenant))
            return Task.FromResult(Answer.Of(Outcome.NotFound, "no such job"));
        if (view.Spec.Set is not { Kind: OriginKind.Replica })
            return Task.FromResult(Answer.Of(Outcome.Conflict, "the job is not a service", view.Version));
        View = view with { Replicas = replicas, Version = view.Version + 1 };
        return Task.FromResult(Answer.Done(View.Version));
    }

    public Task PartsChanged() => throw new NotSupportedException();

    public Task<WatchAnswer> Watch(TenantId tenant, JobDependency dependent) => throw new NotSupportedException();

    public Task DependencyNews(JobId job, DependencyFact fact) => throw new NotSupportedException();

    public Task DependentsTold(ImmutableArray<JobDependency> dependents) => throw new NotSupportedException();

    public Task Settle() => throw new NotSupportedException();

    private JobView? Visible(Caller caller) => View is { } view && caller.MaySee(view.Spec.Tenant) ? view : null;

    private Task<Answer> Change(Caller caller, JobPhase phase, string? reason, bool allowed)
    {
        if (Visible(caller) is not { } view || !caller.MayChange(view.Spec.Tenant))
            return Task.FromResult(Answer.Of(Outcome.NotFound, "no such job"));
        if (!allowed)
            return Task.FromResult(Answer.Of(Outcome.Conflict, $"It is {view.Phase}.", view.Version));
        Become(phase, phase.ToString(), reason);
        return Task.FromResult(Answer.Done(View!.Version));
    }

    private JobEventPage Page(long after) => new()
    {
        Events = [.. _events.Where(e => e.Sequence > after)],
        Complete = View!.Phase.IsEnded(),
    };

    private void Append(string type, string? message)
    {
        _events.Add(new JobTimelineEntry { Sequence = _events.Count + 1, At = s_start.AddSeconds(_events.Count), Phase = View!.Phase, Attempt = 1, Type = type, Message = message });
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }
}

/// <summary>Newest first; a page continues after the id that the one before ended with.</summary>
internal sealed class FakeJobIndex(FakeCluster cluster) : IJobIndex
{
    private readonly Lock _lock = new();
    private readonly List<JobIndexRow> _rows = [];

    public JobQuery? LastQuery { get; private set; }

    public void Add(string id, JobSpec spec)
    {
        lock (_lock)
        {
            _rows.Insert(0, new JobIndexRow
            {
                Job = new JobId(id), Name = spec.Name, Tenant = spec.Tenant, User = spec.User, Quota = spec.Quota, Pool = spec.Pool, Phase = "Pending",
                Ended = false, Attempt = 1, Priority = spec.Priority, GpuMilli = spec.TotalGpuMilli, Workers = spec.TotalWorkers, Parent = spec.Origin?.Set,
                SubmittedAt = new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero).AddSeconds(_rows.Count),
                ChangedAt = new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero).AddSeconds(_rows.Count),
            });
        }
    }

    public async Task<JobPage> Query(JobQuery query, CancellationToken cancellationToken = default)
    {
        if (cluster.Before is { } before)
            await before(nameof(IJobIndex), "", nameof(Query));
        lock (_lock)
        {
            LastQuery = query;
            var matching = _rows.Where(r =>
                (query.Tenant is null || r.Tenant == query.Tenant) && (query.Phase is null || r.Phase == query.Phase) && (query.User is null || r.User == query.User)
                && (query.Parent is null || r.Parent == query.Parent) && (!query.Whole || r.Parent is null) && (query.Name is null || r.Name == query.Name) && (query.Pool is null || r.Pool == query.Pool) && (query.Ended is null || r.Ended == query.Ended));
            if (query.After is { } after)
                matching = matching.SkipWhile(r => r.Job.Value != after).Skip(1);
            var rows = matching.Take(query.Limit + 1).ToArray();
            return new JobPage([.. rows.Take(query.Limit)], rows.Length > query.Limit ? rows[query.Limit - 1].Job.Value : null);
        }
    }

    public Task<IReadOnlyList<JobIndexRow>> Get(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<JobIndexRow>> Scan(JobId? after, int limit, bool includeEnded, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<JobId>> Due(DateTimeOffset now, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Jobs that the index knows of beside those in <see cref="_rows"/>.</summary>
    public Dictionary<TenantId, int> Others { get; } = [];

    public Task<IReadOnlyDictionary<TenantId, int>> CountLive(CancellationToken cancellationToken = default)
    {
        lock (_lock)
            return Task.FromResult<IReadOnlyDictionary<TenantId, int>>(_rows.Where(r => !r.Ended).Select(r => r.Tenant)
                .Concat(Others.SelectMany(o => Enumerable.Repeat(o.Key, o.Value))).CountBy(t => t).ToDictionary());
    }
}
