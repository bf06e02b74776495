using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Activations;
using Orleans.Calls;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Reminders;

namespace Orleans.InProcess;

/// <summary>One silo in this process: the grain classes, the activations, and the way from a reference to them.</summary>
internal class Silo : IDisposable
{
    private readonly Lazy<IIncomingGrainCallFilter[]> _incoming;
    private readonly Lazy<IOutgoingGrainCallFilter[]> _outgoing;
    private readonly SiloMessagingOptions _messaging;
    private readonly GrainCollectionOptions _collection;
    private ITimer? _collector;
    private ITimer? _overdueScan;

    public Silo(IServiceProvider services)
    {
        Services = services;
        Time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        Log = services.GetService<ILoggerFactory>()?.CreateLogger("Orleans.Silo") ?? (ILogger)Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;
        _messaging = services.GetRequiredService<IOptions<SiloMessagingOptions>>().Value;
        _collection = services.GetRequiredService<IOptions<GrainCollectionOptions>>().Value;
        _incoming = new(() => [.. services.GetServices<IIncomingGrainCallFilter>()]);
        _outgoing = new(() => [.. services.GetServices<IOutgoingGrainCallFilter>()]);
        Catalog = new Catalog(this, GrainClasses.Of(_collection));
    }

    public IServiceProvider Services { get; }

    public TimeProvider Time { get; }

    public ILogger Log { get; }

    public Catalog Catalog { get; }

    public virtual SiloAddress Address { get; } = SiloAddress.New(System.Net.IPAddress.Loopback, 11111, 1);

    public virtual ITurnDispatcher Dispatcher => ThreadPoolDispatcher.Instance;

    /// <summary>One seed decides everything: then order must not come from hash codes or random ids.</summary>
    public virtual bool IsDeterministic => false;

    public IIncomingGrainCallFilter[] IncomingFilters => _incoming.Value;

    public IOutgoingGrainCallFilter[] OutgoingFilters => _outgoing.Value;

    public TimeSpan ResponseTimeout => _messaging.ResponseTimeout;

    public bool DropsExpired => _messaging.DropExpiredMessages;

    public int MaxQueued => _messaging.MaxEnqueuedRequestsHardLimit;

    public TimeSpan ActivationTimeout => _collection.ActivationTimeout;

    public TimeSpan DeactivationTimeout => _collection.DeactivationTimeout;

    public virtual ActivationId NewActivationId() => ActivationId.NewId();

    public virtual IdSpan NewObserverKey() => GrainKeys.Of(Guid.NewGuid());

    /// <summary>A reference bound to this silo.</summary>
    public T Reference<T>(GrainId id) where T : IAddressable => (T)(object)GrainReference.Create(this, id, GrainInterface.Of<T>());

    /// <summary>Takes a caller's message. The simulator puts a network here.</summary>
    public virtual void Send(Request request)
    {
        request.Deadline = DeadlineOf(request);
        Deliver(request);
    }

    /// <summary>Hands a message to the activation on this silo, making one if there is none.</summary>
    public virtual void Deliver(Request request)
    {
        if (request.Reference.LastTarget is { } last && last.TryReceive(request))
        {
            return;
        }

        try
        {
            request.Reference.LastTarget = Catalog.Deliver(request);
        }
        catch (Exception e)
        {
            request.Fail(e);
        }
    }

    public virtual void Forget(Activation activation) => Catalog.Forget(activation);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        StartScans();
        if (RunsReminders && Services.GetService<ReminderService>() is { } reminders)
        {
            await reminders.StartAsync(cancellationToken);
        }

        foreach (var task in Services.GetServices<StartupTask>().OrderBy(t => t.Stage))
        {
            await task.Run(Services, cancellationToken);
        }
    }

    /// <summary>Ends every activation as deactivation would, so that OnDeactivateAsync runs.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (RunsReminders && Services.GetService<ReminderService>() is { } reminders)
        {
            await reminders.StopAsync(cancellationToken);
        }

        StopScans();
        var activations = Catalog.Activations.ToList();
        foreach (var activation in activations)
        {
            activation.Deactivate(new(DeactivationReasonCode.ShuttingDown, "The silo is shutting down."), cancellationToken);
        }

        try
        {
            await Task.WhenAll(activations.Where(a => a.State != ActivationState.New).Select(a => a.Deactivated)).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Log.LogWarning("The silo stopped before all of its activations had ended.");
        }
    }

    public void Dispose()
    {
        StopScans();
        GC.SuppressFinalize(this);
    }

    /// <summary>False where something else starts and stops them.</summary>
    protected virtual bool RunsReminders => true;

    protected virtual long DeadlineOf(Request request) => Environment.TickCount64 + (long)request.ResponseTimeout.TotalMilliseconds;

    protected void StartCollector() =>
        _collector = Time.CreateTimer(_ => Collect(), null, _collection.CollectionQuantum, _collection.CollectionQuantum);

    /// <summary>Walks every activation, so no oftener than Orleans does: with 100,000 of them a walk takes milliseconds.</summary>
    private static readonly TimeSpan s_overduePeriod = TimeSpan.FromSeconds(1);

    protected virtual void StartScans()
    {
        StartCollector();
        // By the machine's clock, whatever clock grains have: a caller waits in real time.
        _overdueScan = TimeProvider.System.CreateTimer(_ => FailOverdue(), null, s_overduePeriod, s_overduePeriod);
    }

    private void Collect()
    {
        foreach (var activation in Catalog.Activations)
        {
            activation.CollectIfIdle();
        }
    }

    private void FailOverdue()
    {
        var now = Environment.TickCount64;
        foreach (var activation in Catalog.Activations)
        {
            activation.FailOverdue(now);
        }
    }

    private void StopScans()
    {
        _collector?.Dispose();
        _overdueScan?.Dispose();
    }
}
