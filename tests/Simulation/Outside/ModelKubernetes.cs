using System.Collections.Immutable;
using System.Globalization;
using Gateway.Backends;
using Gateway.Kubernetes;
using Scheduling.Model;

namespace Simulation.Outside;

/// <summary>
/// An API server and its kubelets: versions, UIDs, preconditions, and one count per effect. It believes nothing but what it is asked, and notes
/// whatever could not be so on real machines (I1, I7, I13).
/// </summary>
internal sealed partial class ModelKubernetes
{
    /// <summary>Changes that can still be watched.</summary>
    private const int WatchLength = 128;

    private static readonly TimeSpan WatchWait = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly Commitments _commitments;
    private readonly Action<string> _broken;
    private readonly SortedDictionary<string, ModelPod> _pods = new(StringComparer.Ordinal);
    private readonly HashSet<(AttemptId, int, int)> _everBound = [];
    private readonly Queue<(long Version, AttemptId Attempt)> _changes = [];
    private ImmutableArray<PodView> _cache = [];
    private TaskCompletionSource _moved = new();
    private long _version;
    private long _uids;

    public ModelKubernetes(TimeProvider clock, Random random, Commitments commitments, Action<string> broken)
    {
        (_clock, _random, _commitments, _broken) = (clock, random, commitments, broken);
        _ = clock.CreateTimer(_ => Tick(), null, TickEvery, TickEvery);
    }

    /// <summary>True: a server that ignores what a binding says of UID and version, as those before 1.21 do.</summary>
    public bool IgnoresBindPreconditions { get; init; }

    /// <summary>True: it looks at no precondition at all, as if none were sent.</summary>
    public bool IgnoresPreconditions { get; init; }

    /// <summary>True: machines that come back have restarted, and every machine has to pass preflight.</summary>
    public bool Restarts { get; init; }

    public CrashPoint? CrashPoint { get; set; }

    public PodEffects Effects { get; } = new();

    public IEnumerable<ModelPod> Pods => _pods.Values;

    public IPodCluster Over(Wire wire) => new Api(this, wire);

    private ClusterAnswer<PodPage> List(Func<PodView, bool> wanted, PodRead read, bool stale)
    {
        if (read == PodRead.Latest || !stale)
        {
            _cache = [.. _pods.Values.Select(p => p.View())];
        }

        return new ClusterAnswer<PodPage>.Done(new PodPage { Pods = [.. _cache.Where(wanted)], Version = Text(_version) });
    }

    private ClusterAnswer<PodView> Create(PodOrder order)
    {
        if (_pods.ContainsKey(order.Name))
        {
            Effects.Conflicts++;
            return new ClusterAnswer<PodView>.Conflict($"{order.Name} is there already");
        }

        if (_commitments.PlacementOf(order.Attempt) is null)
        {
            _broken($"I7: {order.Name} is made, and {order.Attempt} was never committed");
        }

        var pod = new ModelPod(order, $"uid-{++_uids}");
        _pods.Add(order.Name, pod);
        Effects.Created++;
        return Changed(pod);
    }

    private ClusterAnswer<PodView> Bind(PodRef to, NodeId node, long epoch)
    {
        if (!_pods.TryGetValue(to.Name, out var pod) || pod.LeavesBy is not null)
        {
            return new ClusterAnswer<PodView>.NotFound();
        }

        if (pod.Node is not null || !(IgnoresBindPreconditions || IgnoresPreconditions || IsStill(pod, to)))
        {
            Effects.Conflicts++;
            return new ClusterAnswer<PodView>.Conflict($"{to.Name} is bound, or was changed");
        }

        Accept(pod, epoch, "bind");
        pod.Node = node;
        Effects.Bound++;
        CheckBind(pod, node);
        return Changed(pod);
    }

    private ClusterAnswer<PodView> Mark(PodRef to, DateTimeOffset? by, long epoch) => IfStill(to, pod =>
    {
        Accept(pod, epoch, "mark");
        pod.CheckpointBy = by;
        Effects.Marked++;
        return Changed(pod);
    });

    private ClusterAnswer<PodView> Delete(PodRef to, TimeSpan grace, long epoch) => IfStill(to, pod =>
    {
        Accept(pod, epoch, "delete");
        Effects.Deleted++;
        if (pod.Node is null || pod.Phase is PodPhase.Succeeded or PodPhase.Failed)
        {
            Remove(pod);
            return new ClusterAnswer<PodView>.Done(pod.View());
        }

        pod.LeavesBy = _clock.GetUtcNow() + grace;
        return Changed(pod);
    });

    private ClusterAnswer<PodView> IfStill(PodRef to, Func<ModelPod, ClusterAnswer<PodView>> effect)
    {
        if (!_pods.TryGetValue(to.Name, out var pod))
        {
            return new ClusterAnswer<PodView>.NotFound();
        }

        if (!IgnoresPreconditions && !IsStill(pod, to))
        {
            Effects.Conflicts++;
            return new ClusterAnswer<PodView>.Conflict($"{to.Name} was changed");
        }

        return effect(pod);
    }

    private static bool IsStill(ModelPod pod, PodRef to) => pod.Uid == to.Uid && Text(pod.Version) == to.Version;

    /// <summary>I13: what is accepted for an object never comes from an older leader than what was accepted before.</summary>
    private void Accept(ModelPod pod, long epoch, string what)
    {
        if (epoch < pod.Epoch)
        {
            Effects.Stale++;
            if (!IgnoresBindPreconditions)
            {
                _broken($"I13: {what} of {pod.Order.Name} under epoch {epoch}, after {pod.Epoch} had acted on it");
            }
        }

        pod.Epoch = Math.Max(epoch, pod.Epoch);
    }

    private void CheckBind(ModelPod pod, NodeId node)
    {
        var (attempt, worker) = (pod.Attempt, pod.Order.Worker);
        if (!_everBound.Add((attempt, worker.Rank, pod.Order.Incarnation)))
        {
            _broken($"I7: worker {worker.Rank} of {attempt} is bound a second time");
        }

        if (_pods.Values.FirstOrDefault(o => o != pod && o.IsAlive && o.Attempt == attempt && o.Order.Worker.Rank == worker.Rank) is { } twin)
        {
            _broken($"I7: {pod.Order.Name} is bound while {twin.Order.Name} is alive");
        }

        if (pod.Order.Incarnation > 0)
        {
            Effects.Again++;
        }

        if (node != pod.Order.PlannedNode || !(_commitments.PlacementOf(attempt)?.Racks.Any(r => r.Workers.Contains(worker)) ?? false))
        {
            _broken($"I7: worker {worker.Rank} of {attempt} is bound to {node}, which is not where it was committed");
        }

        if (_commitments.NewestOf(attempt.Job) > attempt.Number)
        {
            _broken($"I7: {attempt} is bound although attempt {_commitments.NewestOf(attempt.Job)} was committed");
        }

        foreach (var other in _pods.Values.Where(o => o != pod && o.IsAlive))
        {
            if (other.Attempt.Job == attempt.Job && other.Attempt != attempt)
            {
                _broken($"I7: {attempt} is bound while {other.Order.Name} is alive");
            }

            if (other.Node == node && (other.Order.Worker.Gpus & worker.Gpus) is var shared and not 0 && other.Order.Worker.GpuMilli + worker.GpuMilli > WorkerShape.WholeGpu)
            {
                _broken($"I1: {pod.Order.Name} and {other.Order.Name} have GPUs {shared:x} of {node} at once");
            }
        }

        var there = _pods.Values.Where(o => o.IsAlive && o.Node == node).SelectMany(o => _commitments.SpecOf(o.Attempt.Job)?.Roles[o.Order.Worker.Role].Shape.Extended ?? []);
        if (Extras.Beyond(there) is { } beyond)
        {
            _broken($"I1: {beyond} of {node} are given away with {pod.Order.Name}");
        }
    }

    private ClusterAnswer<PodView> Changed(ModelPod pod)
    {
        pod.Version = ++_version;
        Announce(pod.Attempt);
        return new ClusterAnswer<PodView>.Done(pod.View());
    }

    private void Remove(ModelPod pod)
    {
        _pods.Remove(pod.Order.Name);
        _version++;
        Announce(pod.Attempt);
    }

    private void Announce(AttemptId attempt)
    {
        _changes.Enqueue((_version, attempt));
        if (_changes.Count > WatchLength)
        {
            _changes.Dequeue();
        }

        var moved = _moved;
        _moved = new TaskCompletionSource();
        moved.SetResult();
    }

    private ClusterAnswer<PodNews> News(string version, bool stale)
    {
        var after = long.Parse(version, CultureInfo.InvariantCulture);
        var isKept = _changes.Count == 0 ? after >= _version : _changes.Peek().Version <= after + 1;
        return isKept && !stale
            ? new ClusterAnswer<PodNews>.Done(new PodNews([.. _changes.Where(c => c.Version > after).Select(c => c.Attempt).Distinct()], Text(_version)))
            : new ClusterAnswer<PodNews>.Conflict("too old");
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    /// <summary>The server as one process sees it, over its wire.</summary>
    private sealed class Api(ModelKubernetes server, Wire wire) : IPodCluster
    {
        public string Name => "Model cluster";

        public Task<ClusterAnswer<PodPage>> List(JobId job, PodRead read, CancellationToken cancellationToken) =>
            Send(() => server.List(p => p.Attempt.Job == job, read, wire.IsStale()));

        public Task<ClusterAnswer<PodPage>> ListAll(string? from, CancellationToken cancellationToken) => Send(() => server.List(_ => true, PodRead.Latest, false));

        public async Task<ClusterAnswer<PodNews>> Watch(string version, CancellationToken cancellationToken)
        {
            var moved = server._moved.Task;
            var news = await Send(() => server.News(version, wire.IsStale() && server._random.Next(4) == 0));
            if (news is ClusterAnswer<PodNews>.Done { Value.Changed.IsEmpty: true })
            {
                await Task.WhenAny(moved, Pause.For(WatchWait, server._clock, cancellationToken));
            }

            return news;
        }

        public Task<ClusterAnswer<PodView>> Create(PodOrder order, CancellationToken cancellationToken) => Effect(() => server.Create(order));

        public Task<ClusterAnswer<PodView>> Bind(PodRef pod, NodeId node, long epoch, CancellationToken cancellationToken) => Effect(() => server.Bind(pod, node, epoch));

        public Task<ClusterAnswer<PodView>> Mark(PodRef pod, DateTimeOffset? checkpointBy, long epoch, CancellationToken cancellationToken) =>
            Effect(() => server.Mark(pod, checkpointBy, epoch));

        public Task<ClusterAnswer<PodView>> Delete(PodRef pod, TimeSpan grace, long epoch, CancellationToken cancellationToken) =>
            Effect(() => server.Delete(pod, grace, epoch));

        private Task<ClusterAnswer<PodView>> Effect(Func<ClusterAnswer<PodView>> serve) =>
            Send(() => server.CrashPoint is { } point ? point.Serve(serve, new ClusterAnswer<PodView>.Unknown("it died")) : serve());

        private Task<ClusterAnswer<T>> Send<T>(Func<ClusterAnswer<T>> serve) =>
            wire.Send(serve, why => new ClusterAnswer<T>.Unknown(why), wait => new ClusterAnswer<T>.Throttled(wait));
    }
}
