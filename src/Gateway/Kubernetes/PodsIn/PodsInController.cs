using System.Threading.Channels;
using Gateway.Backends;
using Gateway.Leadership;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>
/// Makes jobs of a cluster's guests while this process leads: what the watch shows goes into the <see cref="GangBook"/>, and what the book wants is
/// done, a few at once. Whoever leads anew begins with an empty book: what had been submitted is found again by its id.
/// </summary>
internal sealed partial class PodsInController : IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    private readonly IGuestCluster _cluster;
    private readonly GuestStore _store;
    private readonly IGuestGrains _grains;
    private readonly ILeader _leader;
    private readonly GuestJobs _jobs;
    private readonly GangFinder _finder;
    private readonly Func<IReadOnlyCollection<PoolId>> _pools;
    private readonly Func<string, CancellationToken, Task<IReadOnlyList<JobId>>> _waiting;
    private readonly PodsInOptions _options;
    private readonly KubernetesOptions _kubernetes;
    private readonly TimeProvider _time;
    private readonly ILogger<PodsInController> _logger;
    private readonly Lock _lock = new();
    private readonly Channel<Todo> _todo = Channel.CreateUnbounded<Todo>();
    private readonly DelayQueue<Todo> _later;
    private GangBook? _book;

    /// <param name="pools">The cluster's pools, as they are known now.</param>
    /// <param name="waiting">Jobs of this user that have not been placed.</param>
    public PodsInController(
        IGuestCluster cluster, GuestStore store, GuestBackend backend, IGuestGrains grains, ILeader leader, GuestJobs jobs, Func<IReadOnlyCollection<PoolId>> pools,
        Func<string, CancellationToken, Task<IReadOnlyList<JobId>>> waiting, PodsInOptions options, KubernetesOptions kubernetes, TimeProvider time, ILogger<PodsInController> logger)
    {
        (_cluster, _store, _grains, _leader, _jobs, _pools, _waiting) = (cluster, store, grains, leader, jobs, pools, waiting);
        (_options, _kubernetes, _time, _logger) = (options, kubernetes, time, logger);
        _finder = new GangFinder(cluster, options, kubernetes.CallTimeout, time);
        _later = new DelayQueue<Todo>(time, t => _todo.Writer.TryWrite(t));
        _store.Changed += Changed;
        backend.Ended += AttemptEnded;
    }

    /// <summary>A pod is not served as it stands.</summary>
    public event Action<GuestPod>? NotServed;

    public void Dispose()
    {
        _store.Changed -= Changed;
        _later.Dispose();
    }

    /// <summary>Until it is cancelled, on the scheduler of whoever calls it.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        var tasks = Enumerable.Range(0, _options.SubmitsAtOnce).Select(_ => Work(cancellationToken)).Append(SweepAgainAndAgain(cancellationToken)).ToList();
        while (!cancellationToken.IsCancellationRequested)
        {
            var changed = _leader.Changed;
            Begin(_leader.Epoch is not null);
            await changed.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        await Task.WhenAll(tasks);
    }

    /// <summary>What the book says of a pod that waits; null when it does not, or when another process leads.</summary>
    public PodStanding? StandingOf(string uid) => Ask(b => b.StandingOf(uid));

    /// <summary>What is known of a gang and its pods.</summary>
    public (GangFacts Facts, IReadOnlyList<GuestPod> Pods)? Look(GangKey gang) => Ask(b => b.Look(gang));

    internal (int Pods, int Gangs, int Jobs) Counts => Ask(b => (b.Pods, b.Gangs, b.Jobs));

    private T? Ask<T>(Func<GangBook, T?> question)
    {
        lock (_lock)
        {
            return _book is { } book ? question(book) : default;
        }
    }

    private void Begin(bool leads)
    {
        lock (_lock)
        {
            _book = leads ? new GangBook(_cluster.Name) : null;
            if (_book is null)
            {
                return;
            }

            // In an order that is the same in every process, and oldest first as they came.
            foreach (var pod in _store.All.OrderBy(p => p.CreatedAt).ThenBy(p => p.Uid, StringComparer.Ordinal).ToList())
            {
                _book.Put(pod);
            }

            Drain();
        }
    }

    private void Changed(GuestPod? before, GuestPod? now)
    {
        lock (_lock)
        {
            if (_book is null)
            {
                return;
            }

            if (now is null)
            {
                _book.Remove(before!.Uid);
            }
            else
            {
                _book.Put(now);
            }

            Drain();
        }
    }

    /// <summary>With the lock held.</summary>
    private void Drain()
    {
        while (_book!.Take() is { } action)
        {
            _todo.Writer.TryWrite(new Todo(_book, action, 0));
        }
    }

    private void Tell(GangBook book, Action<GangBook> what)
    {
        lock (_lock)
        {
            // Of a book that was given up nobody wants to hear.
            if (ReferenceEquals(book, _book))
            {
                what(book);
                Drain();
            }
        }
    }

    private async Task Work(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Todo todo;
            try
            {
                todo = await _todo.Reader.ReadAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (!ReferenceEquals(todo.Book, _book) || _leader.Epoch is null)
            {
                continue;
            }

            try
            {
                await Do(todo, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever broke, it is tried again: everything may be asked for twice.
            catch (Exception e)
#pragma warning restore CA1031
            {
                var wait = Again(todo);
                GuestLog.Failed(_logger, e, _cluster.Name, todo.Action.GetType().Name, wait);
            }
        }
    }

    private TimeSpan Again(Todo todo)
    {
        var wait = FirstWait * Math.Pow(2, Math.Min(todo.Failures, 10));
        wait = wait < LongestWait ? wait : LongestWait;
        _later.Set(todo with { Failures = todo.Failures + 1 }, _time.GetUtcNow() + wait);
        return wait;
    }

    /// <summary>Compared by the very action: each stands for itself.</summary>
    private sealed record Todo(GangBook Book, BookAction Action, int Failures)
    {
        public bool Equals(Todo? other) => ReferenceEquals(Action, other?.Action) && Failures == other.Failures;

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(Action);
    }
}
