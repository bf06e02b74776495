using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Gateway.Calls;
using Gateway.Contracts;
using Gateway.Hosting;
using Gateway.Http;
using Gateway.Telemetry;
using Grains;
using Grains.Jobs;

namespace Gateway.Api;

/// <summary>
/// A job's timeline as server-sent events, until the job has ended, the client has gone, the server stops, or the stream is
/// old enough. Written by hand because the framework's own result cannot send the comments that keep proxies from closing it.
/// </summary>
internal sealed partial class JobEventStream(JobEvents events, string id, Caller caller, JobEventPage first, long after) : IResult
{
    /// <summary>One call to the job waits no longer than this, because a stop of the server waits for the call under way.</summary>
    private static readonly TimeSpan s_longestCall = TimeSpan.FromSeconds(1);

    private static readonly byte[] s_heartbeat = ": still here\n\n"u8.ToArray();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var options = services.GetRequiredService<GatewayOptions>();
        var time = services.GetRequiredService<TimeProvider>();
        var instruments = services.GetRequiredService<GatewayInstruments>();
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        httpContext.Response.ContentType = "text/event-stream";
        httpContext.Response.Headers["X-Accel-Buffering"] = "no";
        instruments.OnStreamOpened();
        try
        {
            await Follow(httpContext.Response.BodyWriter, options, time, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client has gone, or the server stops: it resumes by Last-Event-ID.
        }
        catch (OutcomeUnknownException e)
        {
            // Ended instead of an error that a stream cannot carry: the client comes back and resumes.
            LogCut(services.GetRequiredService<ILogger<JobEventStream>>(), id, ApiProblem.TraceIdOf(httpContext), e.InnerException);
        }
        finally
        {
            instruments.OnStreamClosed();
        }
    }

    private async Task Follow(PipeWriter output, GatewayOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var spoke = started;
        var page = first;
        var last = after;
        while (true)
        {
            foreach (var entry in page.Events)
            {
                Write(output, JobMapper.ToContract(entry));
                last = entry.Sequence;
            }

            // Said at once when there is nothing yet, so that the client learns that the stream is open.
            var quiet = page.Events.IsEmpty && !ReferenceEquals(page, first) ? options.StreamHeartbeat - time.GetElapsedTime(spoke) : TimeSpan.Zero;
            if (quiet <= TimeSpan.Zero)
            {
                if (page.Events.IsEmpty)
                    output.Write(s_heartbeat);
                await output.FlushAsync(cancellationToken);
                (spoke, quiet) = (time.GetTimestamp(), options.StreamHeartbeat);
            }

            if (page.Complete || time.GetElapsedTime(started) >= options.StreamDuration)
                return;
            if (await events.Read(id, caller, last, quiet < s_longestCall ? quiet : s_longestCall, cancellationToken) is not { } next)
                return;
            page = next;
        }
    }

    private static void Write(PipeWriter output, JobEvent entry)
    {
        var type = entry.Type.AsSpan().ContainsAny('\r', '\n') ? "message" : entry.Type;
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {entry.Sequence}\nevent: {type}\ndata: "), output);
        output.Write(JsonSerializer.SerializeToUtf8Bytes(entry, ContractsJson.Default.JobEvent));
        output.Write("\n\n"u8);
    }

    [LoggerMessage(1101, LogLevel.Warning, "Event stream of {Job} (request {TraceId}) was cut: the job did not answer in time")]
    private static partial void LogCut(ILogger logger, string job, string traceId, Exception? exception);
}
