namespace Orleans.Simulation;

/// <content>The event loop.</content>
public sealed partial class SimulatedCluster
{
    /// <summary>What looks after a step may make steps itself: it is not called for those.</summary>
    private bool _isLooking;

    /// <summary>
    /// Does one thing: a turn of an activation, the arrival of a message or the firing of a timer, drawn from all that may
    /// happen now. When nothing may, the clock goes to the next that will.
    /// </summary>
    /// <returns>False when nothing will ever happen.</returns>
    public bool Step()
    {
        if (Steps >= _options.MaxSteps)
        {
            throw new SimulationStuckException($"Seed {Seed} took {Steps} steps without an end.");
        }

        if (!IsReadyOrAdvance(long.MaxValue))
        {
            return false;
        }

        StepNow();
        return true;
    }

    /// <summary>Runs until the task has ended; then gives its result or error.</summary>
    public void RunUntil(Task task)
    {
        while (!RunUntil(() => task.IsCompleted))
        {
            if (!Turns.WaitForOutside(_options.ExternalWait) && !task.IsCompleted)
            {
                throw new SimulationStuckException($"Seed {Seed}, step {Steps}: the task has not ended, and nothing happens that could end it.");
            }
        }

#pragma warning disable VSTHRD002 // It has ended.
        task.GetAwaiter().GetResult();
    }

    public T RunUntil<T>(Task<T> task)
    {
        RunUntil((Task)task);
        return task.Result;
#pragma warning restore VSTHRD002
    }

    /// <summary>Runs until the condition holds; false when it does not within <see cref="SimulationOptions.Patience"/>.</summary>
    public bool RunUntil(Func<bool> condition)
    {
        var end = Clock.Now + _options.Patience.Ticks;
        while (!condition())
        {
            if (Clock.Now > end || !Step())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Runs this much virtual time.</summary>
    public void RunFor(TimeSpan span)
    {
        var end = Clock.Now + span.Ticks;
        while (Clock.Now < end && IsReadyOrAdvance(end))
        {
            StepNow();
        }

        Clock.AdvanceTo(end);
    }

    /// <summary>Runs code that calls grains, inside the simulation, to its end.</summary>
    public void Run(Func<Task> code) => RunUntil(Start(code));

    public T Run<T>(Func<Task<T>> code) => RunUntil(Start(code));

    /// <summary>Begins code that calls grains; it goes on whenever the simulation runs.</summary>
    public Task Start(Func<Task> code) => Start(async () =>
    {
        await code();
        return true;
    });

    public Task<T> Start<T>(Func<Task<T>> code)
    {
        // Not StartNew and Unwrap: that may end on the thread pool, after the clock has moved on.
        var end = new TaskCompletionSource<T>();
        _driver.Enqueue(new Activations.TurnAction(_ => _ = Follow(), null));
        return end.Task;

        async Task Follow()
        {
            try
            {
                end.SetResult(await code());
            }
            catch (Exception e)
            {
                end.SetException(e);
            }
        }
    }

    /// <summary>True when something may happen now, having moved the clock to it, but not beyond <paramref name="limit"/>.</summary>
    private bool IsReadyOrAdvance(long limit)
    {
        if (Turns.Count > 0 || Network.CountArrived(Clock.Now) > 0 || Clock.NextDue() <= Clock.Now)
        {
            return true;
        }

        var next = Math.Min(Clock.NextDue(), Network.NextDue);
        if (next == long.MaxValue || next > limit)
        {
            return false;
        }

        Clock.AdvanceTo(next);
        return true;
    }

    private void StepNow()
    {
        Steps++;
        var context = SynchronizationContext.Current;
        // A test framework's context would take the awaits of grains away from their schedulers.
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            ExecutionContext.Run(s_pristine, static s => ((SimulatedCluster)s!).Choose(), this);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        Clock.AdvanceTo(Clock.Now + _options.StepCost.Ticks);
        if (AfterStep is { } look && !_isLooking)
        {
            _isLooking = true;
            try
            {
                look();
            }
            finally
            {
                _isLooking = false;
            }
        }
    }

    private void Choose()
    {
        var turns = Turns.Count;
        var arrived = Network.CountArrived(Clock.Now);
        var timers = Clock.NextDue() <= Clock.Now ? 1 : 0;
        var chosen = Draw(turns + arrived + timers);
        if (chosen < turns)
        {
            Note("turn", Turns.RunOne(chosen));
        }
        else if (chosen < turns + arrived)
        {
            Note("message", Network.DeliverArrived(chosen - turns));
        }
        else
        {
            Note("timer", "");
            Clock.FireNext();
        }
    }
}
