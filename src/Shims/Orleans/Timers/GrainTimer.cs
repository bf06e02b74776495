using Microsoft.Extensions.Logging;
using Orleans.Activations;

namespace Orleans.Timers;

/// <summary>A timer whose ticks are turns of its activation; it is wound again at the end of each tick.</summary>
internal abstract class GrainTimer : TurnWork, IGrainTimer
{
    private readonly Activation _activation;
    private readonly ITimer _timer;
    private readonly bool _keepAlive;
    private TimeSpan _dueTime;
    private TimeSpan _period;
    private bool _changed;
    private bool _firing;
    private bool _isEnded;

    // From the first tick on: most timers of most grains are disposed of before.
    private CancellationTokenSource? _cancellation;

    protected GrainTimer(Activation activation, GrainTimerCreationOptions options)
    {
        Validate(options.DueTime, nameof(options.DueTime));
        Validate(options.Period, nameof(options.Period));
        _activation = activation;
        _dueTime = options.DueTime;
        _period = options.Period;
        _keepAlive = options.KeepAlive;
        IsAlwaysInterleave = options.Interleave;
        _timer = activation.Silo.Time.CreateTimer(static s => ((GrainTimer)s!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        activation.AddTimer(this);
    }

    public override bool IsAlwaysInterleave { get; }

    public override bool IsExpired => Volatile.Read(ref _isEnded);

    public void Begin() => _timer.Change(_dueTime, Timeout.InfiniteTimeSpan);

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Validate(dueTime, nameof(dueTime));
        Validate(period, nameof(period));
        _changed = true;
        _dueTime = dueTime;
        _period = period;
        if (!_firing)
        {
            _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
        }
    }

    public override Task Invoke(object target)
    {
        _changed = false;
        if (_cancellation is null)
        {
            Interlocked.Exchange(ref _cancellation, new CancellationTokenSource());
            if (IsExpired)
            {
                // Disposed of meanwhile, by another thread.
                _cancellation.Cancel();
            }
        }

        return Tick(_cancellation.Token);
    }

    public override void Finished(Task done)
    {
        if (done.Exception is { } error)
        {
            _activation.Silo.Log.LogWarning(error.InnerException, "A timer's callback of {Grain} failed; the timer goes on.", _activation.GrainId);
        }

        if (_keepAlive)
        {
            _activation.Touch();
        }

        _firing = false;
        if (!IsExpired)
        {
            _timer.Change(_changed ? _dueTime : _period, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _activation.RemoveTimer(this);
        _timer.Dispose();
        Interlocked.Exchange(ref _isEnded, true);
        _cancellation?.Cancel();
    }

    protected abstract Task Tick(CancellationToken cancellationToken);

    private static void Validate(TimeSpan span, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan((long)span.TotalMilliseconds, -1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)span.TotalMilliseconds, 0xfffffffe, name);
    }

    private void Fire()
    {
        _firing = true;
        _activation.Turns.Enqueue(this);
    }
}

internal sealed class GrainTimer<TState>(
    Activation activation, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    : GrainTimer(activation, options)
{
    protected override Task Tick(CancellationToken cancellationToken) => callback(state, cancellationToken);
}

internal sealed class TimerRegistry : ITimerRegistry
{
    public IGrainTimer RegisterGrainTimer<TState>(
        IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (TaskScheduler.Current is not TurnScheduler)
        {
            throw new InvalidOperationException("A timer can only be created in a turn of its grain, not after Task.Run or ConfigureAwait(false).");
        }

        var timer = new GrainTimer<TState>((Activation)grainContext, callback, state, options);
        timer.Begin();
        return timer;
    }
}
