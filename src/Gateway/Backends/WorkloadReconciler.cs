using System.Collections.Concurrent;
using Gateway.Leadership;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>
/// Makes a backend's workers agree with the assignments of its pools. Watch → cache → queue in which every attempt stands once →
/// <see cref="IWorkloadBackend.Reconcile"/>; failures come back later, each attempt by itself.
/// </summary>
internal sealed class WorkloadReconciler : BackgroundService, IAssignmentCache
{
    private readonly IWorkloadBackend _backend;
    private readonly IAssignmentFeed _feed;
    private readonly ReconcileOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<WorkloadReconciler> _logger;
    private readonly ILeader _leader;
    private readonly ConcurrentDictionary<AttemptId, Assignment> _wishes = new();
    private readonly ConcurrentDictionary<AttemptId, int> _failures = new();
    private readonly WorkQueue<AttemptId> _queue = new();
    private readonly DelayQueue<AttemptId> _later;

    public WorkloadReconciler(
        IWorkloadBackend backend, IAssignmentFeed feed, ReconcileOptions options, TimeProvider time, ILogger<WorkloadReconciler> logger, ILeader? leader = null)
    {
        _backend = backend;
        _feed = feed;
        _options = options;
        _time = time;
        _logger = logger;
        _leader = leader ?? SoleLeader.Instance;
        _later = new DelayQueue<AttemptId>(time, _queue.Add);
    }

    /// <summary>Attempts that are known and not gone.</summary>
    internal int Known => _wishes.Count;

    public void Replace(PoolId pool, IReadOnlyDictionary<AttemptId, Assignment> all)
    {
        foreach (var known in InOrder().Where(k => k.Spec.Pool == pool && !all.ContainsKey(k.Attempt)))
        {
            Apply(known with { Wish = AssignmentWish.Gone });
        }

        foreach (var assignment in all.Values)
        {
            Apply(assignment);
        }
    }

    public void Apply(Assignment assignment)
    {
        if (assignment.Wish == AssignmentWish.Gone && !_wishes.ContainsKey(assignment.Attempt))
        {
            return;
        }

        // An attempt only ever goes on: run (or save and run on), stop, gone. An older message cannot bring it back.
        _wishes.AddOrUpdate(assignment.Attempt, assignment, (_, known) => Step(assignment.Wish) >= Step(known.Wish) ? assignment : known);
        _queue.Add(assignment.Attempt);
    }

    /// <summary>Something became of the attempt's workers. False: it is not known here.</summary>
    internal bool LookAt(AttemptId attempt)
    {
        if (!_wishes.ContainsKey(attempt))
        {
            return false;
        }

        _queue.Add(attempt);
        return true;
    }

    /// <summary>In an order that is the same in every run.</summary>
    private IEnumerable<Assignment> InOrder() => _wishes.Values.OrderBy(w => w.Attempt.Job).ThenBy(w => w.Attempt.Number);

    private static int Step(AssignmentWish wish) => wish == AssignmentWish.Checkpoint ? (int)AssignmentWish.Run : (int)wish;

    public override void Dispose()
    {
        _later.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Run(stoppingToken);

    /// <summary>Watches and works until it is cancelled, on the scheduler of whoever calls it.</summary>
    internal async Task Run(CancellationToken stoppingToken)
    {
        var tasks = Enumerable.Range(0, _options.WorkloadConcurrency).Select(_ => Work(stoppingToken)).Append(FollowLeader(stoppingToken)).ToList();
        if (_backend is IWatchedBackend watched)
        {
            tasks.Add(watched.Watch(LookAt, stoppingToken));
        }

        var pools = new HashSet<PoolId>();
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = _options.NodesEvery;
            try
            {
                foreach (var pool in (await _backend.Pools(stoppingToken)).Where(pools.Add))
                {
                    tasks.Add(new AssignmentWatcher(pool, _feed, this, _options, _time, _logger).Run(stoppingToken));
                }

                failures = 0;
            }
#pragma warning disable CA1031 // Whatever broke, it is tried again.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                wait = _options.Backoff(++failures);
                BackendLog.PoolsFailed(_logger, e, _backend.Name, wait);
            }

            await Pause.For(wait, _time, stoppingToken);
        }

        await Task.WhenAll(tasks);
    }

    /// <summary>Whoever leads anew looks at everything: another may have acted meanwhile.</summary>
    private async Task FollowLeader(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var changed = _leader.Changed;
            if (_leader.Epoch is not null)
            {
                foreach (var known in InOrder())
                {
                    _queue.Add(known.Attempt);
                }
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task Work(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            AttemptId attempt;
            try
            {
                attempt = await _queue.Take(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                await Reconcile(attempt, cancellationToken);
            }
            catch (NotLeadingException)
            {
                // All are looked at again by whoever leads next, if it is this process.
            }
#pragma warning disable CA1031 // One attempt's failure is its own; it is looked at again.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                var failures = _failures.AddOrUpdate(attempt, 1, (_, n) => n + 1);
                var wait = _options.Backoff(failures);
                BackendLog.ReconcileFailed(_logger, e, attempt, failures, wait);
                _later.Set(attempt, _time.GetUtcNow() + wait);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            finally
            {
                _queue.Done(attempt);
            }
        }
    }

    private async Task Reconcile(AttemptId attempt, CancellationToken cancellationToken)
    {
        if (!_wishes.TryGetValue(attempt, out var assignment))
        {
            return;
        }

        if (_leader.Epoch is null)
        {
            if (assignment.Wish == AssignmentWish.Gone)
            {
                // Whoever leads removes it, or finds it as nobody's.
                _wishes.TryRemove(KeyValuePair.Create(attempt, assignment));
            }

            return;
        }

        var next = await _backend.Reconcile(assignment, cancellationToken);
        _failures.TryRemove(attempt, out _);
        if (assignment.Wish == AssignmentWish.Gone)
        {
            _wishes.TryRemove(KeyValuePair.Create(attempt, assignment));
            _later.Remove(attempt);
        }
        else if (next.At is { } at)
        {
            _later.Set(attempt, at);
        }
        else
        {
            _later.Remove(attempt);
        }
    }
}
