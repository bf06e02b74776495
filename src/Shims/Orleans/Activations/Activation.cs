using Microsoft.Extensions.DependencyInjection;
using Orleans.Calls;
using Orleans.InProcess;

namespace Orleans.Activations;

internal enum ActivationState
{
    /// <summary>Made, nothing received yet.</summary>
    New,
    Activating,
    Valid,

    /// <summary>Takes messages, starts none: they go to the next activation.</summary>
    Deactivating,
    Ended,
}

/// <summary>One life of one grain: its instance, its queue and its turns.</summary>
internal sealed partial class Activation : IGrainContext, IMessageTarget
{
    private static readonly TaskCompletionSource s_ended = Done();

    private readonly GrainClass _class;
    private GrainReference? _reference;
    private TaskCompletionSource? _deactivated;
    private GrainLifecycle? _lifecycle;
    private AsyncServiceScope? _scope;
    private Request? _held;
    private int _heldCount;

    public Activation(Silo silo, GrainId id, GrainClass grainClass, IMessageTarget? pool = null)
    {
        Silo = silo;
        GrainId = id;
        _class = grainClass;
        Pool = pool;
        ActivationId = silo.NewActivationId();
        Turns = new TurnScheduler(silo.Dispatcher) { Activation = this, Name = silo.IsDeterministic ? id.ToString() : "" };
        LastUsed = silo.Time.GetTimestamp();
    }

    public Silo Silo { get; }

    public GrainId GrainId { get; }

    public ActivationId ActivationId { get; }

    public TurnScheduler Turns { get; }

    /// <summary>The stateless worker pool that it belongs to, or null.</summary>
    public IMessageTarget? Pool { get; }

    public object? GrainInstance { get; private set; }

    public GrainReference GrainReference => _reference ??= GrainReference.Create(Silo, GrainId, GrainInterface.Of(_class.Interfaces[0]));

    public GrainAddress Address => new() { GrainId = GrainId, ActivationId = ActivationId, SiloAddress = Silo.Address };

    public IServiceProvider ActivationServices => _scope?.ServiceProvider ?? Silo.Services;

    public IGrainLifecycle ObservableLifecycle => _lifecycle ??= new();

    public Task Deactivated
    {
        get
        {
            var fresh = new TaskCompletionSource();
            return (Interlocked.CompareExchange(ref _deactivated, fresh, null) ?? fresh).Task;
        }
    }

    public GrainClass Class => _class;

    /// <summary>Messages received and not answered.</summary>
    public int HeldCount => Volatile.Read(ref _heldCount);

    public object? GetTarget() => GrainInstance;

    public object? GetComponent(Type componentType) => componentType.IsInstanceOfType(GrainInstance) ? GrainInstance : null;

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    public override string ToString() => $"[Activation: {Silo.Address}/{GrainId}{ActivationId} {_state}]";

    public bool TryReceive(Request request)
    {
        var (dispatch, refused) = (false, false);
        lock (Turns.Gate)
        {
            if (_state == ActivationState.Ended)
            {
                return false;
            }

            var limit = Silo.MaxQueued;
            refused = limit > 0 && _heldCount >= limit;
            if (!refused)
            {
                Hold(request);
                dispatch = Turns.AddLocked(request);
            }
        }

        if (dispatch)
        {
            Turns.Dispatch();
        }
        else if (refused)
        {
            request.Fail(new LimitExceededException("MaxEnqueuedRequestsHardLimit", HeldCount + 1, Silo.MaxQueued, this));
        }

        return true;
    }

    /// <summary>Tells callers that have waited too long so. Called by the silo's scan, on any thread.</summary>
    public void FailOverdue(long now)
    {
        if (Volatile.Read(ref _heldCount) == 0)
        {
            return;
        }

        List<Request>? overdue = null;
        lock (Turns.Gate)
        {
            for (var request = _held; request is not null; request = request.Next)
            {
                if (request.Deadline <= now)
                {
                    request.Deadline = long.MaxValue;
                    (overdue ??= []).Add(request);
                }
            }
        }

        foreach (var request in overdue ?? [])
        {
            // Elsewhere: what a caller does next must not hold up the scan.
            ThreadPool.UnsafeQueueUserWorkItem(static r => r.Abandon(CallErrors.TimedOut(r)), request, preferLocal: false);
        }
    }

    /// <summary>Runs nothing more and answers nobody: what is left of an activation whose silo died.</summary>
    public void Kill()
    {
        lock (Turns.Gate)
        {
            _state = ActivationState.Ended;
            Turns.IsDead = true;
        }

        StopTimers();
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private void Hold(Request request)
    {
        request.Holder = this;
        request.Previous = null;
        request.Next = _held;
        if (_held is not null)
        {
            _held.Previous = request;
        }

        _held = request;
        _heldCount++;
    }

    private void Release(TurnWork work)
    {
        if (work is not Request request)
        {
            return;
        }

        lock (Turns.Gate)
        {
            if (request.Previous is { } previous)
            {
                previous.Next = request.Next;
            }
            else
            {
                _held = request.Next;
            }

            if (request.Next is { } next)
            {
                next.Previous = request.Previous;
            }

            request.Next = request.Previous = null;
            request.Holder = null;
            _heldCount--;
        }
    }
}
