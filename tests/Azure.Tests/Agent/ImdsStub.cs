using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Azure.Tests.Agent;

/// <summary>
/// A machine's metadata service as far as scheduled events go by it (docs: virtual-machines/linux/scheduled-events and instance-metadata-service): the header that it
/// wants, the versions, the documents, and that an event which was started is Started in the next one, and then gone.
/// </summary>
internal sealed class ImdsStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<JsonObject> _events = [];
    private long _incarnation = 1;

    private ImdsStub(WebApplication app, JsonObject compute)
    {
        _app = app;
        app.MapGet("/metadata/instance/compute", (HttpContext c) => Asked(c, "2021-02-01", () => compute));
        app.MapGet("/metadata/scheduledevents", (HttpContext c) => Asked(c, "2020-07-01", Document));
        app.MapPost("/metadata/scheduledevents", (Func<HttpContext, Task<IResult>>)Start);
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Events that were let happen, in order, each as often as it was said.</summary>
    public List<string> Started { get; } = [];

    /// <summary>It answers nothing but that it is busy.</summary>
    public bool IsBusy { get; set; }

    public int Asks { get; private set; }

    public static async Task<ImdsStub> For(string set, string instance, string computerName)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var name = set[(set.LastIndexOf('/') + 1)..];
        var stub = new ImdsStub(builder.Build(), new JsonObject
        {
            ["name"] = $"{name}_{instance}", ["resourceId"] = $"{set}/virtualMachines/{instance}", ["vmScaleSetName"] = name, ["subscriptionId"] = "s", ["resourceGroupName"] = "g",
            ["osProfile"] = new JsonObject { ["computerName"] = computerName, ["adminUsername"] = "azureuser" }, ["vmSize"] = "Standard_ND96isr_H100_v5",
        });
        await stub._app.StartAsync();
        return stub;
    }

    public void Announce(string id, string type, params string[] resources)
    {
        lock (_events)
        {
            _incarnation++;
            _events.Add(new JsonObject
            {
                ["EventId"] = id, ["EventStatus"] = "Scheduled", ["EventType"] = type, ["ResourceType"] = "VirtualMachine", ["Resources"] = new JsonArray([.. resources.Select(r => (JsonNode)r)]),
                ["NotBefore"] = "Mon, 30 Nov 2026 18:29:47 GMT", ["Description"] = "Host server is undergoing maintenance.", ["EventSource"] = "Platform", ["DurationInSeconds"] = -1,
            });
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private JsonObject Document()
    {
        lock (_events)
        {
            Asks++;
            var document = new JsonObject { ["DocumentIncarnation"] = _incarnation, ["Events"] = new JsonArray([.. _events.Select(e => e.DeepClone())]) };
            _events.RemoveAll(e => (string?)e["EventStatus"] == "Started");
            return document;
        }
    }

    private async Task<IResult> Start(HttpContext context)
    {
        // It knows the length beforehand, or refuses.
        if (context.Request.ContentLength is null || await JsonNode.ParseAsync(context.Request.Body) is not JsonObject body || body["StartRequests"] is not JsonArray requests)
        {
            return TypedResults.BadRequest();
        }

        return Asked(context, "2020-07-01", () =>
        {
            lock (_events)
            {
                foreach (var id in requests.Select(r => (string)r!["EventId"]!))
                {
                    Started.Add(id);
                    foreach (var one in _events.Where(e => (string?)e["EventId"] == id))
                    {
                        (one["EventStatus"], one["NotBefore"]) = ("Started", "");
                    }
                }

                _incarnation++;
                return new JsonObject();
            }
        });
    }

    private IResult Asked(HttpContext context, string version, Func<JsonObject> answer) =>
        context.Request.Headers["Metadata"] != "true" || context.Request.Query["api-version"] != version ? TypedResults.BadRequest()
        : IsBusy ? TypedResults.StatusCode(StatusCodes.Status429TooManyRequests)
        : TypedResults.Text(answer().ToJsonString(), "application/json");
}
