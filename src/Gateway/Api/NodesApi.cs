using Gateway.Auth;
using Gateway.Calls;
using Gateway.Contracts;
using Gateway.Http;
using Gateway.OpenApi;
using Gateway.Validation;
using Grains;
using Grains.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Gateway.Api;

/// <summary>/nodes/{node}: read, cordon, uncordon, drain, what its preflight showed, declared dead.</summary>
internal static class NodesApi
{
    public static void Map(RouteGroupBuilder v1)
    {
        var nodes = v1.MapGroup("/nodes").WithTags("Nodes");
        nodes.MapGet("/{node}", Get).WithName("GetNode").WithSummary("A machine").Answers(404, 429, 503);
        Describe(nodes.MapPost("/{node}:cordon", Cordon), "CordonNode", "No new work; what runs goes on");
        Describe(nodes.MapPost("/{node}:uncordon", Uncordon), "UncordonNode", "Take new work again");
        Describe(nodes.MapPost("/{node}:drain", Drain), "DrainNode", "No new work, and what runs here is stopped with its gang and queued again");
        Describe(nodes.MapPost("/{node}:passPreflight", Pass), "PassNodePreflight", "It has shown that it works: it takes work");
        Describe(nodes.MapPost("/{node}:failPreflight", Fail), "FailNodePreflight", "It has shown that it does not work: no new work until it passes; what runs goes on");
        Describe(nodes.MapPost("/{node}:declareDead", DeclareDead), "DeclareNodeDead", "Its machine is dead: what ran here is queued again at once, and the cluster is told. Only of a node that is not ready");
    }

    private static void Describe(RouteHandlerBuilder route, string name, string summary) =>
        route.WithName(name).WithSummary(summary).RequireAuthorization(Policies.Operate).TakesBody<NodeActionRequest>()
            .Answers(400, 403, 404, 409, 413, 415, 422, 429, 503);

    private static async Task<Results<Ok<Node>, ApiProblem>> Get(string node, HttpContext context, NodeActions nodes) =>
        await nodes.Find(node, context.RequestAborted) is { } view ? TypedResults.Ok(ClusterMapper.ToContract(view, Callers.Of(context).IsOperator)) : NodeActions.NotFound();

    private static Task<Results<Ok<Node>, ApiProblem>> Cordon(string node, HttpContext context, NodeActions nodes) =>
        nodes.Run(node, context, static (grain, caller, body) => grain.Cordon(caller, body.Reason!));

    private static Task<Results<Ok<Node>, ApiProblem>> Uncordon(string node, HttpContext context, NodeActions nodes) =>
        nodes.Run(node, context, static (grain, caller, _) => grain.Uncordon(caller));

    private static Task<Results<Ok<Node>, ApiProblem>> Drain(string node, HttpContext context, NodeActions nodes) =>
        nodes.Run(node, context, static (grain, caller, body) => grain.Drain(caller, body.Reason!));

    private static Task<Results<Ok<Node>, ApiProblem>> Pass(string node, HttpContext context, NodeActions nodes) =>
        nodes.Run(node, context, static (grain, caller, body) => grain.Examined(caller, true, body.Reason!, body.Boot));

    private static Task<Results<Ok<Node>, ApiProblem>> Fail(string node, HttpContext context, NodeActions nodes) =>
        nodes.Run(node, context, static (grain, caller, body) => grain.Examined(caller, false, body.Reason!, body.Boot));

    private static Task<Results<Ok<Node>, ApiProblem>> DeclareDead(string node, HttpContext context, NodeActions nodes) =>
        nodes.Run(node, context, static (grain, caller, body) => grain.DeclareDead(caller, body.Reason!));
}

/// <summary>Reads and changes nodes. The changes name an absolute state, so they may be sent again.</summary>
public sealed class NodeActions(IGrainFactory grains, GrainCalls calls)
{
    public static ApiProblem NotFound() => ApiProblem.NotFound("There is no such node.");

    public async ValueTask<NodeView?> Find(string node, CancellationToken cancellationToken) =>
        Rules.IsMachineName(node)
            ? await calls.Repeat((grains, node), static s => s.grains.GetGrain<INodeGrain>(s.node).GetView(), cancellationToken)
            : null;

    public async Task<Results<Ok<Node>, ApiProblem>> Run(string node, HttpContext context, Func<INodeGrain, Caller, NodeActionRequest, Task<Answer>> action)
    {
        var body = await Body.Read(context.Request, ContractsJson.Default.NodeActionRequest);
        if (body.Problem is not null)
            return body.Problem;
        var errors = new FieldErrors();
        var reason = body.Value!.Reason;
        if (string.IsNullOrWhiteSpace(reason))
            errors.Add("reason", Rules.Required);
        else if (Rules.ReasonFault(reason) is { } fault)
            errors.Add("reason", fault);
        if (Rules.ReasonFault(body.Value.Boot) is { } wrong)
            errors.Add("boot", wrong);
        if (errors.Any)
            return ApiProblem.Invalid(errors.ByField);
        if (await Find(node, context.RequestAborted) is null)
            return NotFound();
        var state = (grain: grains.GetGrain<INodeGrain>(node), caller: Callers.Of(context), body: body.Value!, action);
        var answer = await calls.Repeat(state, static s => s.action(s.grain, s.caller, s.body), context.RequestAborted);
        if (!answer.IsDone)
            return Answers.ToProblem(answer, "There is no such node.");
        return await Find(node, context.RequestAborted) is { } view ? TypedResults.Ok(ClusterMapper.ToContract(view, withTenants: true)) : NotFound();
    }
}
