namespace Orleans.Activations;

/// <summary>Decides when and on which thread an activation with something to do gets to do it.</summary>
internal interface ITurnDispatcher
{
    void Dispatch(TurnScheduler turns);
}

/// <summary>The thread pool: each activation is on one thread at a time.</summary>
internal sealed class ThreadPoolDispatcher : ITurnDispatcher
{
    public static ThreadPoolDispatcher Instance { get; } = new();

    public void Dispatch(TurnScheduler turns) => ThreadPool.UnsafeQueueUserWorkItem(turns, preferLocal: true);
}

/// <summary>
/// The turns of one activation, one at a time, in order of arrival: messages, and the continuations of awaits,
/// which come here because this is the TaskScheduler that they were awaited under.
/// </summary>
internal sealed class TurnScheduler(ITurnDispatcher dispatcher) : TaskScheduler, IThreadPoolWorkItem
{
    /// <summary>After so many items the thread goes to somebody else.</summary>
    private const int ItemsPerRun = 64;

    private readonly Queue<object> _items = new(4);
    private Task? _starting;
    private bool _dispatched;
    private int _budget;

    /// <summary>Also guards the activation's own lists.</summary>
    public Lock Gate { get; } = new();

    public Activation? Activation { get; init; }

    /// <summary>A name for traces.</summary>
    public string Name { get; init; } = "";

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Cut off: nothing queued here runs any more.</summary>
    public bool IsDead { get; set; }

    public void Enqueue(object item)
    {
        bool dispatch;
        lock (Gate)
        {
            dispatch = AddLocked(item);
        }

        if (dispatch)
        {
            dispatcher.Dispatch(this);
        }
    }

    /// <returns>True when the caller must call <see cref="Dispatch"/> after leaving the gate.</returns>
    public bool AddLocked(object item)
    {
        _items.Enqueue(item);
        if (_dispatched)
        {
            return false;
        }

        _dispatched = true;
        return true;
    }

    public void Dispatch() => dispatcher.Dispatch(this);

    void IThreadPoolWorkItem.Execute() => Run(ItemsPerRun);

    /// <summary>Takes turns, at most <paramref name="budget"/>, and asks for more when something is left.</summary>
    public void Run(int budget)
    {
        _budget = budget;
        if (!RunTasks())
        {
            var runner = new Task(static s => ((TurnScheduler)s!).Drain(), this);
            // Only a started task may be executed; starting puts it through QueueTask, which lets this one pass.
            _starting = runner;
            runner.Start(this);
            _starting = null;
            TryExecuteTask(runner);
        }

        lock (Gate)
        {
            if (_items.Count == 0 || IsDead)
            {
                _items.Clear();
                _dispatched = IsDead;
                return;
            }
        }

        dispatcher.Dispatch(this);
    }

    protected override void QueueTask(Task task)
    {
        if (!ReferenceEquals(task, _starting))
        {
            Enqueue(task);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(Current, this) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (Gate)
        {
            return [.. _items.OfType<Task>()];
        }
    }

    /// <summary>Continuations are tasks of this scheduler already: only what comes after a message needs one to run in.</summary>
    /// <returns>False when a message is next.</returns>
    private bool RunTasks()
    {
        while (_budget > 0 && !IsDead)
        {
            Task? task;
            lock (Gate)
            {
                if (!_items.TryPeek(out var item))
                {
                    return true;
                }

                task = item as Task;
                if (task is null)
                {
                    return false;
                }

                _items.Dequeue();
            }

            _budget--;
            TryExecuteTask(task);
        }

        return true;
    }

    private void Drain()
    {
        var clean = ExecutionContext.Capture()!;
        while (_budget-- > 0 && !IsDead)
        {
            object? item;
            lock (Gate)
            {
                if (!_items.TryDequeue(out item))
                {
                    return;
                }
            }

            switch (item)
            {
                case Task task:
                    TryExecuteTask(task);
                    continue;
                case TurnWork work:
                    Activation!.Handle(work);
                    break;
                case TurnAction action:
                    action.Run();
                    break;
            }

            // What a message set in its context must not be seen by the next.
            if (!ReferenceEquals(ExecutionContext.Capture(), clean))
            {
                ExecutionContext.Restore(clean);
            }
        }
    }
}
