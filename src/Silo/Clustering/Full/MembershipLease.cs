using Grains.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Silo.Clustering;

/// <summary>
/// A silo's claim to be a member, renewed by reading its own row and counted by the monotonic clock from before each read was sent. A silo that is cut
/// off from the store, or that was frozen, finds out by itself that others may have taken over what it has: it takes no more calls, and ends
/// when that lasts. This narrows what a cut-off silo does; what it does all the same is refused where it arrives.
/// </summary>
internal sealed partial class MembershipLease : BackgroundService
{
    private readonly ISiloTable _table;
    private readonly ILocalSiloDetails _silo;
    private readonly MembershipOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<MembershipLease> _logger;
    private readonly IHostApplicationLifetime _host;
    private readonly Action<string> _end;
    private long _renewedAt;
    private volatile bool _began;
    private bool _fenced;

    public MembershipLease(
        ISiloTable table, ILocalSiloDetails silo, IOptions<SiloOptions> options, TimeProvider time, IHostApplicationLifetime host, ILogger<MembershipLease> logger)
    {
        (_table, _silo, _options, _time, _host, _logger) = (table, silo, options.Value.Membership, time, host, logger);

        // At once and without a farewell: whatever it still wrote would be written by one who has been replaced.
        _end = static reason => Environment.FailFast(reason);
    }

    /// <summary>Null while this silo may act; otherwise why not. While it is still starting nothing was replaced: it is about to write its first row.</summary>
    public string? Fault => _began && Age is var age && age >= _options.FenceAfter ? $"its membership was not renewed for {age.TotalSeconds:0.0} s" : null;

    private TimeSpan Age => _time.GetElapsedTime(Interlocked.Read(ref _renewedAt));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Interlocked.Exchange(ref _renewedAt, _time.GetTimestamp());
        _began = true;
        using var timer = new PeriodicTimer(_options.RenewEvery, _time);
        do
        {
            await Renew(stoppingToken);
            Judge();
        }
        while (await Next(timer, stoppingToken));
    }

    private async Task Renew(CancellationToken stoppingToken)
    {
        var sent = _time.GetTimestamp();
        try
        {
            switch (await _table.StatusOf(_silo.SiloAddress, stoppingToken).WaitAsync(2 * _options.RenewEvery, _time, stoppingToken))
            {
                case SiloStatus.Dead when !_host.ApplicationStopping.IsCancellationRequested:
                    End("the other silos have declared it dead");
                    break;
                case null when !_host.ApplicationStopping.IsCancellationRequested:
                    LogNoRow(_logger, _silo.SiloAddress);
                    break;
                default:
                    Interlocked.Exchange(ref _renewedAt, sent);
                    break;
            }
        }
        catch (Exception e) when (e is StorageException or TimeoutException or IOException)
        {
            LogNotRenewed(_logger, Age.TotalSeconds, e.Message);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host is stopping.
        }
    }

    private void Judge()
    {
        var fault = Fault;
        if (fault is not null && !_fenced)
            LogFenced(_logger, fault);
        else if (fault is null && _fenced)
            LogBack(_logger);
        _fenced = fault is not null;
        if (Age >= _options.LeaveAfter && !_host.ApplicationStopping.IsCancellationRequested)
            End(fault ?? "its membership is lost");
    }

    private void End(string reason)
    {
        LogEnds(_logger, _silo.SiloAddress, reason);
        _end($"Silo {_silo.SiloAddress} ends: {reason}.");
    }

    private static async Task<bool> Next(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(630, LogLevel.Warning, "The membership of this silo was not renewed for {Seconds:0.0} s: {Reason}")]
    private static partial void LogNotRenewed(ILogger log, double seconds, string reason);

    [LoggerMessage(631, LogLevel.Error, "This silo takes no more calls: {Reason}")]
    private static partial void LogFenced(ILogger log, string reason);

    [LoggerMessage(632, LogLevel.Information, "This silo takes calls again")]
    private static partial void LogBack(ILogger log);

    [LoggerMessage(633, LogLevel.Critical, "Silo {Silo} ends: {Reason}")]
    private static partial void LogEnds(ILogger log, SiloAddress silo, string reason);

    [LoggerMessage(634, LogLevel.Error, "The membership table has no row of silo {Silo}: it was emptied, or put back to an earlier time")]
    private static partial void LogNoRow(ILogger log, SiloAddress silo);
}
