using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Request = Azure.Core.Request;

namespace Silo.Tests.Support;

/// <summary>What becomes of one request that writes.</summary>
public enum RequestFault
{
    None = 0,

    /// <summary>It never arrives, and the caller is told of a broken connection.</summary>
    Lost,

    /// <summary>It is carried out, and its answer is lost.</summary>
    AnswerLost,

    /// <summary>The process ends before it is sent: nothing arrives from now on.</summary>
    DeadBefore,

    /// <summary>The process ends once it was carried out.</summary>
    DeadAfter,

    /// <summary>It is on its way for as long as the test likes, and arrives after all; the caller hears of a broken connection at once.</summary>
    Late,
}

/// <summary>The way to Azure Storage, with one fault at one of the requests that write.</summary>
public sealed class FaultyTransport : HttpClientTransport
{
    private readonly Lock _gate = new();
    private int _writes;
    private int _point;
    private RequestFault _fault;
    private bool _dead;
    private Func<Task>? _late;

    /// <summary>Requests so far that write.</summary>
    public int Writes
    {
        get
        {
            lock (_gate)
                return _writes;
        }
    }

    /// <summary>While it is true nothing arrives.</summary>
    public bool IsAway { get; set; }

    /// <summary>It stands for a process that is gone.</summary>
    public bool IsDead => _dead;

    /// <summary>The fault has happened.</summary>
    public bool HasStruck { get; private set; }

    /// <summary>The n-th write from now on, counted from 1.</summary>
    public void Plan(int point, RequestFault fault)
    {
        lock (_gate)
            (_writes, _point, _fault, HasStruck) = (0, point, fault, false);
    }

    /// <summary>Lets the request arrive that is late.</summary>
    public Task Deliver() => _late!();

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var fault = Next(message.Request);
        if (fault is RequestFault.Lost or RequestFault.DeadBefore)
            throw Broken();
        if (fault == RequestFault.Late)
        {
            // The pipeline takes the message apart once it has failed: what arrives later is a copy.
            var copy = await Copy(message);
            _late = async () => await base.ProcessAsync(copy);
            throw Broken();
        }

        await base.ProcessAsync(message);
        if (fault is RequestFault.AnswerLost or RequestFault.DeadAfter)
            throw Broken();
    }

    private RequestFault Next(Request request)
    {
        lock (_gate)
        {
            if (_dead || IsAway)
                return RequestFault.DeadBefore;
            if (request.Method == RequestMethod.Get || request.Method == RequestMethod.Head || ++_writes != _point)
                return RequestFault.None;
            HasStruck = true;
            _dead = _fault is RequestFault.DeadBefore or RequestFault.DeadAfter;
            return _fault;
        }
    }

    private async Task<HttpMessage> Copy(HttpMessage message)
    {
        var request = CreateRequest();
        (request.Method, request.ClientRequestId) = (message.Request.Method, message.Request.ClientRequestId);
        request.Uri.Reset(message.Request.Uri.ToUri());
        foreach (var header in message.Request.Headers)
            request.Headers.SetValue(header.Name, header.Value);
        if (message.Request.Content is { } content)
        {
            using var bytes = new MemoryStream();
            await content.WriteToAsync(bytes, CancellationToken.None);
            request.Content = RequestContent.Create(bytes.ToArray());
        }

        return new HttpMessage(request, ResponseClassifier.SuccessOnly) { BufferResponse = true, NetworkTimeout = TimeSpan.FromSeconds(30) };
    }

    private static RequestFailedException Broken() => new("Injected: the connection broke.", new IOException("Injected."));

    private static class ResponseClassifier
    {
        public static Azure.Core.ResponseClassifier SuccessOnly { get; } = new();
    }
}
