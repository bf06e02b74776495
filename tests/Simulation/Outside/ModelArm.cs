using System.Collections.Immutable;
using System.Globalization;
using Gateway.Azure;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Simulation.Outside;

/// <summary>
/// Azure Resource Manager with one scale set: ETags, operations that end later, the real token buckets, machines that boot, join and do not, partial
/// capacity, evictions. It counts every effect, and notes what must never be asked of it (I13, I15).
/// </summary>
internal sealed partial class ModelArm
{
    public const string Set = "ss0";

    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly ModelKubernetes _kubernetes;
    private readonly Action<string> _broken;
    private readonly TokenBucket _updates;
    private readonly TokenBucket _deletes;
    private readonly TokenBucket _reads;
    private readonly TokenBucket _looks;
    private readonly SortedDictionary<int, ModelMachine> _machines = [];
    private readonly HashSet<ModelMachine> _useless = [];
    private readonly Dictionary<string, ModelOperation> _operations = [];
    private long _etag = 1;
    private long _epoch;
    private int _next;

    public ModelArm(TimeProvider clock, Random random, ModelKubernetes kubernetes, Action<string> broken)
    {
        (_clock, _random, _kubernetes, _broken) = (clock, random, kubernetes, broken);

        // Of one scale set: updates 12 at once and 4 a minute, reads 36 and 12, operations 45 and 15 (docs of Azure compute, "throttling limits").
        (_updates, _deletes, _reads, _looks) = (new(clock, 12, 4), new(clock, 12, 4), new(clock, 36, 12), new(clock, 45, 15));
    }

    public required int Ceiling { get; init; }

    /// <summary>Machines are refused, come late or not at all.</summary>
    public bool IsScarce { get; set; }

    public int Capacity { get; private set; }

    public CrashPoint? CrashPoint { get; set; }

    public CloudEffects Effects { get; } = new();

    public IEnumerable<ModelMachine> Machines => _machines.Values;

    /// <summary>Numbers of machines that were taken away: nobody drained their nodes.</summary>
    public HashSet<int> Evicted { get; } = [];

    public bool IsQuiet => _operations.Values.All(o => o.Status is not OperationStatus.Running) && _machines.Values.All(m => m.State != InstanceState.Creating);

    public IScaleSetCloud Over(Wire wire) => new Api(this, wire);

    /// <summary>Machines that failed, never joined or were taken away, and were there until then or later.</summary>
    public int UselessSince(DateTimeOffset then) => _useless.Count(m => m.GoneAt is not { } gone || gone >= then);

    /// <summary>A spot machine is taken away.</summary>
    public void Evict()
    {
        var running = _machines.Values.Where(m => m.State == InstanceState.Running).ToList();
        if (running.Count == 0)
        {
            return;
        }

        Effects.Evicted++;
        Capacity--;
        _etag++;
        var lost = running[_random.Next(running.Count)];
        _useless.Add(lost);
        Evicted.Add(lost.Number);
        Remove(lost);
    }

    private CloudAnswer<ScaleSetReading> Read()
    {
        if (_reads.Take() is { } wait)
        {
            Effects.Throttled++;
            return new CloudAnswer<ScaleSetReading>.Throttled(wait);
        }

        return new CloudAnswer<ScaleSetReading>.Done(new ScaleSetReading
        {
            Capacity = Capacity,
            ETag = Text(_etag),
            Epoch = _epoch,
            IsUpdating = IsUpdating,
            Instances = [.. _machines.Values.Select(m => new ScaleSetInstance { Id = m.Id, Node = m.Node.Name, State = m.State, CreatedAt = m.CreatedAt, HasJoined = false })],
        });
    }

    private bool IsUpdating => _operations.Values.Any(o => o.Status is OperationStatus.Running);

    private CloudAnswer<string> Claim(long epoch, string ifMatch)
    {
        if (Refusal(_updates, epoch, ifMatch, "claim") is { } refusal)
        {
            return refusal;
        }

        Effects.Claims++;
        (_epoch, _etag) = (epoch, _etag + 1);
        return new CloudAnswer<string>.Done(Text(_etag));
    }

    private CloudAnswer<string> SetCapacity(int capacity, long epoch, string ifMatch)
    {
        if (Refusal(_updates, epoch, ifMatch, $"capacity {capacity}") is { } refusal)
        {
            return refusal;
        }

        var there = _machines.Values.Count(m => m.State != InstanceState.Deleting);
        if (capacity > Ceiling || capacity < there)
        {
            _broken($"I15: capacity {capacity} is asked for, with {there} machines there and a ceiling of {Ceiling}");
        }

        Effects.Writes++;
        if (IsScarce && _random.Next(8) == 0)
        {
            Effects.Refused++;
            return new CloudAnswer<string>.Failed((ScaleFailure)_random.Next(1, 4), "none left");
        }

        (_epoch, _etag, Capacity) = (epoch, _etag + 1, capacity);
        var missing = Math.Max(0, capacity - there);
        var given = IsScarce && _random.Next(3) == 0 ? _random.Next(missing + 1) : missing;
        for (var i = 0; i < given; i++)
        {
            Create();
        }

        return Begin(given == missing ? new OperationStatus.Succeeded() : new OperationStatus.Failed(ScaleFailure.Allocation, "AllocationFailed"), () =>
        {
            // What could not be had is forgotten, or stays asked for: both have been seen.
            Capacity = given < missing && _random.Next(2) == 0 ? _machines.Values.Count(m => m.State != InstanceState.Deleting) : Capacity;
        });
    }

    private CloudAnswer<string> Delete(ImmutableArray<string> instances)
    {
        if (_deletes.Take() is { } wait)
        {
            Effects.Throttled++;
            return new CloudAnswer<string>.Throttled(wait);
        }

        var going = _machines.Values.Where(m => instances.Contains(m.Id) && m.State != InstanceState.Deleting).ToList();
        foreach (var machine in going)
        {
            foreach (var pod in _kubernetes.Pods.Where(p => p.IsAlive && p.Node == machine.Node.Name))
            {
                _broken($"I15: {machine.Id} is deleted with {pod.Order.Name} on it");
            }

            machine.State = InstanceState.Deleting;
            Capacity--;
            Effects.Deleted++;
        }

        Effects.Writes++;
        _etag++;
        return Begin(new OperationStatus.Succeeded(), () =>
        {
            foreach (var machine in going.Where(m => _machines.ContainsKey(m.Number)))
            {
                Remove(machine);
            }
        });
    }

    private CloudAnswer<string>? Refusal(TokenBucket bucket, long epoch, string ifMatch, string what)
    {
        if (bucket.Take() is { } wait)
        {
            Effects.Throttled++;
            return new CloudAnswer<string>.Throttled(wait);
        }

        if (ifMatch != Text(_etag) || IsUpdating)
        {
            Effects.Conflicts++;
            return new CloudAnswer<string>.Changed();
        }

        if (epoch < _epoch)
        {
            _broken($"I13: {what} under epoch {epoch}, after {_epoch}");
        }

        return null;
    }

    private CloudAnswer<string> Begin(OperationStatus end, Action then)
    {
        var url = $"operation-{_operations.Count + 1}";
        var operation = new ModelOperation();
        _operations.Add(url, operation);
        After(TimeSpan.FromSeconds(1 + _random.Next(15)), () =>
        {
            then();
            operation.Status = end;
            _etag++;
        });
        return new CloudAnswer<string>.Done(url);
    }

    private CloudAnswer<OperationStatus> Follow(string url)
    {
        if (_looks.Take() is { } wait)
        {
            Effects.Throttled++;
            return new CloudAnswer<OperationStatus>.Throttled(wait);
        }

        return _operations.TryGetValue(url, out var operation) ? new CloudAnswer<OperationStatus>.Done(operation.Status) : new CloudAnswer<OperationStatus>.NotFound();
    }

    private void Create()
    {
        Effects.Created++;
        var machine = new ModelMachine(_next, _clock.GetUtcNow());
        _machines.Add(_next++, machine);
        var joins = !IsScarce || _random.Next(8) != 0;
        var works = !IsScarce || _random.Next(12) != 0;
        if (!(joins && works))
        {
            _useless.Add(machine);
        }

        After(TimeSpan.FromSeconds(4 + _random.Next(20)), () =>
        {
            if (machine.State != InstanceState.Creating)
            {
                return;
            }

            machine.State = works ? InstanceState.Running : InstanceState.Failed;
            if (works && joins)
            {
                _kubernetes.AddNode(machine.Node, RackId.Of(SimulatedWorld.Pool, Set), ModelMachine.Block);
            }
        });
    }

    private void Remove(ModelMachine machine)
    {
        (machine.State, machine.GoneAt) = (InstanceState.Deleting, _clock.GetUtcNow());
        _machines.Remove(machine.Number);
        _kubernetes.RemoveNode(machine.Node.Name);
    }

    private void After(TimeSpan delay, Action what) => _ = _clock.CreateTimer(_ => what(), null, delay, Timeout.InfiniteTimeSpan);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The cloud as one process sees it, over its wire.</summary>
    private sealed class Api(ModelArm arm, Wire wire) : IScaleSetCloud
    {
        public int ReadsLeft => int.MaxValue;

        public Task<CloudAnswer<ScaleSetReading>> Read(string set, CancellationToken cancellationToken) => Send(arm.Read);

        public Task<CloudAnswer<string>> Claim(string set, long epoch, string ifMatch, CancellationToken cancellationToken) => Effect(() => arm.Claim(epoch, ifMatch));

        public Task<CloudAnswer<string>> SetCapacity(string set, int capacity, long epoch, string ifMatch, CancellationToken cancellationToken) =>
            Effect(() => arm.SetCapacity(capacity, epoch, ifMatch));

        public Task<CloudAnswer<string>> Delete(string set, ImmutableArray<string> instances, CancellationToken cancellationToken) => Effect(() => arm.Delete(instances));

        public Task<CloudAnswer<OperationStatus>> Follow(string url, CancellationToken cancellationToken) => Send(() => arm.Follow(url));

        private Task<CloudAnswer<string>> Effect(Func<CloudAnswer<string>> serve) =>
            Send(() => arm.CrashPoint is { } point ? point.Serve(serve, new CloudAnswer<string>.Unknown("it died")) : serve());

        private Task<CloudAnswer<T>> Send<T>(Func<CloudAnswer<T>> serve) =>
            wire.Send(serve, why => new CloudAnswer<T>.Unknown(why), wait => new CloudAnswer<T>.Throttled(wait));
    }
}
