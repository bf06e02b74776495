using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Calls;
using Orleans.Timers;

namespace Orleans.Activations;

/// <content>Birth and end.</content>
internal sealed partial class Activation
{
    private ActivationState _state;
    private TaskCompletionSource? _idle;
    private List<GrainTimer>? _timers;
    private long _keepUntil;

    public ActivationState State => _state;

    /// <summary>For observers: an instance that exists already.</summary>
    public void Adopt(object instance)
    {
        GrainInstance = instance;
        _state = ActivationState.Valid;
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (Turns.Gate)
        {
            if (_state is ActivationState.Deactivating or ActivationState.Ended)
            {
                return;
            }

            if (_state == ActivationState.Activating)
            {
                // Not before it is whole: deactivation follows activation.
                _endAfterActivation ??= deactivationReason;
                return;
            }

            _wasValid = _state == ActivationState.Valid;
            _state = ActivationState.Deactivating;
        }

        Turns.Enqueue(new TurnAction(_ => _ = EndAsync(deactivationReason), null));
    }

    public void DelayDeactivation(TimeSpan span) =>
        _keepUntil = span > TimeSpan.Zero
            ? span == TimeSpan.MaxValue ? long.MaxValue : Silo.Time.GetTimestamp() + (long)(span.TotalSeconds * Silo.Time.TimestampFrequency)
            : 0;

    /// <summary>Ends it if it has been idle for its age. Called by the collector, on any thread.</summary>
    public bool CollectIfIdle(TimeSpan? age = null)
    {
        var limit = age ?? _class.CollectionAge;
        var now = Silo.Time.GetTimestamp();
        if (limit == Timeout.InfiniteTimeSpan || !IsIdle || _state != ActivationState.Valid || _keepUntil > now
            || Silo.Time.GetElapsedTime(LastUsed, now) < limit)
        {
            return false;
        }

        Deactivate(new(DeactivationReasonCode.ActivationIdle, $"Idle for {limit}."));
        return true;
    }

    public void AddTimer(GrainTimer timer)
    {
        lock (Turns.Gate)
        {
            (_timers ??= []).Add(timer);
        }
    }

    public void RemoveTimer(GrainTimer timer)
    {
        lock (Turns.Gate)
        {
            _timers?.Remove(timer);
        }
    }

    private DeactivationReason? _endAfterActivation;
    private bool _wasValid;

    private async Task ActivateAsync(Dictionary<string, object>? context)
    {
        RequestContext.Current = context;
        try
        {
            _scope = Silo.Services.CreateAsyncScope();
            GrainInstance = _class.Construct(this);
            using var limit = new ActivationLimit(Silo.Time, Silo.ActivationTimeout);
            if (Silo.IsDeterministic)
            {
                // Timers are steps of a run, those of activations that a crash cuts off too: a seed goes on meaning what it meant.
                limit.Watch();
            }

            if (_lifecycle is { } lifecycle)
            {
                await Start(lifecycle, limit);
            }

            if (GrainInstance is IGrainBase grain)
            {
                await Start(grain, limit);
            }
        }
        catch (Exception e)
        {
            await FailActivationAsync(e);
            return;
        }

        DeactivationReason? end;
        lock (Turns.Gate)
        {
            if (_state == ActivationState.Ended)
            {
                return;
            }

            _state = ActivationState.Valid;
            (end, _endAfterActivation) = (_endAfterActivation, null);
        }

        Touch();
        if (end is { } reason)
        {
            Deactivate(reason);
        }

        Pump();
    }

    private static Task Start(GrainLifecycle lifecycle, ActivationLimit limit)
    {
        var starting = lifecycle.StartAsync(limit.Token);
        if (!starting.IsCompleted && lifecycle.LooksAtToken)
        {
            limit.Watch();
        }

        return starting;
    }

    private static Task Start(IGrainBase grain, ActivationLimit limit)
    {
        limit.CancelIfOver();
        var activating = grain.OnActivateAsync(limit.Token);
        if (!activating.IsCompleted)
        {
            limit.Watch();
        }

        return activating.WaitAsync(limit.Token);
    }

    /// <summary>Whoever waits gets the error; the next message tries a new activation.</summary>
    private async Task FailActivationAsync(Exception error)
    {
        Silo.Log.LogWarning(error, "Activation of {Grain} failed.", GrainId);
        StopTimers();
        await DisposeInstanceAsync();
        EndNow();
        while (_waiting.Count > 0)
        {
            var work = _waiting.RemoveAt(0);
            Release(work);
            (work as Request)?.Fail(error);
        }
    }

    private async Task EndAsync(DeactivationReason reason)
    {
        using var limit = new CancellationTokenSource(Silo.DeactivationTimeout, Silo.Time);
        try
        {
            if (_running > 0)
            {
                _idle = new TaskCompletionSource();
                await _idle.Task.WaitAsync(limit.Token);
            }

            StopTimers();
            if (_wasValid && GrainInstance is IGrainBase grain)
            {
                await grain.OnDeactivateAsync(reason, limit.Token).WaitAsync(limit.Token);
            }

            if (_lifecycle is { } lifecycle)
            {
                await lifecycle.StopAsync(limit.Token);
            }
        }
        catch (Exception e)
        {
            Silo.Log.LogWarning(e, "Deactivation of {Grain} failed; it ends all the same.", GrainId);
        }

        StopTimers();
        await DisposeInstanceAsync();
        EndNow();
        while (_waiting.Count > 0)
        {
            SendOn(_waiting.RemoveAt(0));
        }
    }

    private void EndNow()
    {
        lock (Turns.Gate)
        {
            _state = ActivationState.Ended;
        }

        Silo.Forget(this);
        Interlocked.Exchange(ref _deactivated, s_ended)?.TrySetResult();
    }

    private void StopTimers()
    {
        List<GrainTimer>? timers;
        lock (Turns.Gate)
        {
            (timers, _timers) = (_timers, null);
        }

        timers?.ForEach(t => t.Dispose());
    }

    private async Task DisposeInstanceAsync()
    {
        try
        {
            switch (GrainInstance)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync();
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }

            if (_scope is { } scope)
            {
                await scope.DisposeAsync();
            }
        }
        catch (Exception e)
        {
            Silo.Log.LogWarning(e, "Disposing of {Grain} failed.", GrainId);
        }
    }
}
