// Host names of their own for the languages of other systems, so that a client that knows only a host name finds its
// paths at the root. Each is an HTTP API with the routes of that language, to the same functions. Made only for a stage
// that names some.
import {
  type CfnStage,
  DomainName,
  HttpApi,
  type HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { HttpSurface } from '../functions/surfaces/shape.ts';
import { httpSurfaces, rooted, rootRoutesOf } from '../functions/surfaces.ts';
import { type ApiStack, accessLog } from './api-stack.ts';
import type { Domain, StageSettings } from './stages.ts';

export interface HostStackProps extends StackProps {
  stage: StageSettings;
  api: ApiStack;
}

export class HostStack extends Stack {
  constructor(scope: ConstructorParameters<typeof Stack>[0], id: string, props: HostStackProps) {
    super(scope, id, props);
    const { stage, api } = props;
    for (const [dialect, domain] of Object.entries(stage.hosts ?? {})) {
      const spoken = httpSurfaces.filter((surface) => surface.dialect === `/${dialect}`);
      if (spoken.length === 0) throw new Error(`stages.ts gives a host to "${dialect}", which no surface speaks`);
      this.host(dialect, domain, spoken, stage, api);
    }
  }

  private host(
    dialect: string,
    domain: Domain,
    spoken: readonly HttpSurface[],
    stage: StageSettings,
    { functions }: ApiStack,
  ): void {
    const httpApi = new HttpApi(this, dialect, {
      apiName: `rollcall-${stage.name}-${dialect}`,
      createDefaultStage: false,
      disableExecuteApiEndpoint: true,
    });
    const routes = spoken.flatMap((surface) => {
      const target = functions.get(surface.name);
      if (!target) throw new Error(`there is no function ${surface.name}`);
      const integration = new HttpLambdaIntegration(`${surface.name}-integration`, target, {
        scopePermissionToRoute: false,
      });
      return rootRoutesOf(surface).map((route) => {
        const [method, path] = route.split(' ') as [HttpMethod, string];
        const routeKey = HttpRouteKey.with(path, method);
        return new HttpRoute(this, `${dialect} ${route}`, { httpApi, routeKey, integration });
      });
    });
    const certificate = Certificate.fromCertificateArn(this, `${dialect}-certificate`, domain.certificateArn);
    const domainName = new DomainName(this, `${dialect}-domain`, { domainName: domain.name, certificate });
    const apiStage = new HttpStage(this, `${dialect}-stage`, {
      httpApi,
      autoDeploy: true,
      throttle: { rateLimit: stage.throttle.ratePerSecond, burstLimit: stage.throttle.burst },
      accessLogSettings: accessLog(this, `${dialect}-access-log`, stage, dialect),
      domainMapping: { domainName },
    });
    const limits = spoken.flatMap((surface) =>
      (surface.throttled ?? []).map(({ route, ratePerSecond, burst }) => [
        rooted(surface, route),
        { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst },
      ]),
    );
    (apiStage.node.defaultChild as CfnStage).routeSettings = Object.fromEntries(limits);
    apiStage.node.addDependency(...routes);
    new CfnOutput(this, `${dialect}Target`, { value: `${domain.name} CNAME ${domainName.regionalDomainName}` });
  }
}
