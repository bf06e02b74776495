using System.Text.Json;
using Gateway.Api;
using Gateway.Http;
using Grains.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Scheduling.Nodes;

namespace Gateway.Azure.Hooks;

/// <summary>
/// Where Azure and our node agents tell of events. Not part of the API: no tenant calls these. What Azure calls has a secret in its address, which
/// is all that autoscale and action groups can send; agents sign.
/// </summary>
internal static class AzureHooksApi
{
    private const int MostBytes = 256 * 1024;
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 32 };

    /// <summary>Without scale sets, or without a secret, there are none.</summary>
    public static void Map(WebApplication app)
    {
        if (app.Services.GetService<AzureOptions>() is not { } options)
        {
            return;
        }

        var hooks = app.MapGroup("/hooks/azure").AllowAnonymous().ExcludeFromDescription();
        if (options.Hooks.CodeFile is not null)
        {
            hooks.MapPost("/autoscale", (Delegate)((HttpContext c) => FromAzure(c, HookBodies.Autoscale))).WithName("AzureAutoscaleHook");
            hooks.MapPost("/alerts", (Delegate)((HttpContext c) => FromAzure(c, HookBodies.Alert))).WithName("AzureAlertHook");
            hooks.MapPost("/events", (Delegate)((HttpContext c) => FromAzure(c, HookBodies.Events))).WithName("AzureEventHook");
            hooks.MapMethods("/events", [HttpMethods.Options], (Delegate)AllowSender).WithName("AzureEventHookHandshake");
        }

        if (options.Hooks.AgentKeyFile is not null)
        {
            hooks.MapPost("/nodes", (Delegate)FromAgent).WithName("AzureNodeHook");
        }
    }

    private static async Task<IResult> FromAzure(HttpContext context, Func<JsonElement, IReadOnlyList<CloudSignal>?> read)
    {
        if (!context.RequestServices.GetRequiredService<HookSecrets>().IsCode(context.Request.Query["code"]))
        {
            return TypedResults.Unauthorized();
        }

        return await ReadBody(context.Request) is not { } body ? TypedResults.StatusCode(StatusCodes.Status413PayloadTooLarge) : await Take(context, body, read);
    }

    private static async Task<IResult> FromAgent(HttpContext context)
    {
        var services = context.RequestServices;
        var (secrets, hooks, time) = (services.GetRequiredService<HookSecrets>(), services.GetRequiredService<AzureOptions>().Hooks, services.GetRequiredService<TimeProvider>());
        if (await ReadBody(context.Request) is not { } body)
        {
            return TypedResults.StatusCode(StatusCodes.Status413PayloadTooLarge);
        }

        if (secrets.AgentKey is not { } key || !HookSignature.IsGood(key, body, context.Request.Headers[HookSignature.Header], time.GetUtcNow(), hooks.MaxAge))
        {
            return TypedResults.Unauthorized();
        }

        if (await TakeHardware(context, body, time.GetUtcNow(), hooks.MaxAge) is { } heard)
        {
            return heard;
        }

        string? node = null;
        var taken = await Take(context, body, json =>
        {
            node = HookBodies.NodeOf(json);
            return HookBodies.Agent(json);
        });

        // An agent tells its event again until it hears that nothing is left on its machine: then it may go.
        return taken is Accepted ? TypedResults.Text($$"""{"drained":{{(await IsDrained(services, node) ? "true" : "false")}}}""", "application/json", statusCode: StatusCodes.Status202Accepted) : taken;
    }

    /// <summary>Null: it tells of something else, or of nothing.</summary>
    private static async Task<IResult?> TakeHardware(HttpContext context, byte[] body, DateTimeOffset now, TimeSpan maxAge)
    {
        try
        {
            using var json = JsonDocument.Parse(body, s_json);
            if (!MachineHardware.IsIn(json.RootElement))
            {
                return null;
            }

            if (MachineHardware.Read(json.RootElement, now, maxAge, out var broken) is not { } hardware)
            {
                return ApiProblem.InvalidParameter(broken.Field, broken.Rule);
            }

            var answer = await context.RequestServices.GetRequiredService<CloudSignals>().Take(hardware);
            return answer.IsDone ? TypedResults.Text("{}", "application/json", statusCode: StatusCodes.Status202Accepted) : Answers.ToProblem(answer, $"Node {hardware.Node} has not been seen in the cluster.");
        }
        catch (JsonException)
        {
            return TypedResults.BadRequest();
        }
    }

    /// <summary>Of a node that nobody knows nothing is known.</summary>
    private static async Task<bool> IsDrained(IServiceProvider services, string? node) =>
        node is not null && await services.GetRequiredService<IGrainFactory>().GetGrain<INodeGrain>(node).GetView() is { State: NodeState.Drained };

    /// <summary>CloudEvents' handshake: the sender asks whether it may.</summary>
    private static IResult AllowSender(HttpContext context)
    {
        if (!context.RequestServices.GetRequiredService<HookSecrets>().IsCode(context.Request.Query["code"]))
        {
            return TypedResults.Unauthorized();
        }

        context.Response.Headers["WebHook-Allowed-Origin"] = context.Request.Headers["WebHook-Request-Origin"].ToString() is { Length: > 0 and <= 253 } origin ? origin : "*";
        context.Response.Headers["WebHook-Allowed-Rate"] = "120";
        return TypedResults.Ok();
    }

    private static async Task<IResult> Take(HttpContext context, byte[] body, Func<JsonElement, IReadOnlyList<CloudSignal>?> read)
    {
        try
        {
            using var json = JsonDocument.Parse(body, s_json);
            if (HookBodies.ValidationCode(json.RootElement) is { } code)
            {
                // Told to whoever knows the secret: nothing else follows from it.
                return TypedResults.Text(JsonSerializer.Serialize(new Dictionary<string, string> { ["validationResponse"] = code }), "application/json");
            }

            if (read(json.RootElement) is not { } signals)
            {
                return TypedResults.BadRequest();
            }

            await context.RequestServices.GetRequiredService<CloudSignals>().Take(signals);
            return TypedResults.Accepted((string?)null);
        }
        catch (JsonException)
        {
            return TypedResults.BadRequest();
        }
    }

    /// <summary>Null: it is too long.</summary>
    private static async Task<byte[]?> ReadBody(HttpRequest request)
    {
        if (request.ContentLength > MostBytes)
        {
            return null;
        }

        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0;)
        {
            if (body.Length + read > MostBytes)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
